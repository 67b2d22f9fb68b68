"""The two-person rule of the roots: enough different holders, each with the key that was pinned."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.exceptions import KeyMaterialError
from tenring.proof.keys.local import LocalSigner, generate
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.keys.roots import Root, require_roots, require_rule

DOCUMENT = b"the trust list of 28 November"
HOLDERS = ("Li Wei", "Wang Fang", "Kim Minji")
SIGNERS = tuple(
    LocalSigner.of(Algorithm.ED25519, generate(Algorithm.ED25519), f"did:web:network.example#root-{number}")
    for number in range(1, 4)
)
ROOTS = tuple(
    Root(signer.verification_method, signer.key, holder) for signer, holder in zip(SIGNERS, HOLDERS, strict=True)
)
OUTSIDER = LocalSigner.of(Algorithm.ED25519, generate(Algorithm.ED25519), "did:web:other.example#key")


def holds(proof: bytes, key: PublicKey) -> bool:
    return key.verifies(proof, DOCUMENT)


def proofs(*signers: LocalSigner, document: bytes = DOCUMENT) -> list[tuple[str, bytes]]:
    return [(signer.verification_method, signer.sign(document)) for signer in signers]


def required(found: Sequence[tuple[str, bytes]], threshold: int = 2) -> set[str]:
    return {root.holder for root in require_roots(found, ROOTS, threshold, holds=holds)}


def test_two_of_three_holders_are_enough_in_any_order() -> None:
    assert required(proofs(SIGNERS[2], SIGNERS[0])) == {"Kim Minji", "Li Wei"}
    assert required(proofs(*SIGNERS)) == set(HOLDERS)
    assert required(proofs(*SIGNERS), threshold=3) == set(HOLDERS)


def test_one_holder_alone_is_not_enough_however_often_she_signs() -> None:
    with pytest.raises(KeyMaterialError, match="1 of the roots have signed, 2 are needed"):
        required(proofs(SIGNERS[0], SIGNERS[0], SIGNERS[0]))
    with pytest.raises(KeyMaterialError, match="0 of the roots have signed"):
        required([])


def test_the_proof_of_an_outsider_counts_for_nothing_and_does_no_harm() -> None:
    with pytest.raises(KeyMaterialError, match="1 of the roots"):
        required(proofs(SIGNERS[0], OUTSIDER))
    assert required(proofs(SIGNERS[0], OUTSIDER, SIGNERS[1])) == {"Li Wei", "Wang Fang"}


def test_an_outsider_in_the_name_of_a_root_is_found_out() -> None:
    forged = (ROOTS[1].verification_method, OUTSIDER.sign(DOCUMENT))
    with pytest.raises(KeyMaterialError, match="in the name of the root"):
        required([*proofs(SIGNERS[0], SIGNERS[2]), forged])


def test_a_holder_who_signs_in_the_name_of_another_is_found_out() -> None:
    twice = [(root.verification_method, SIGNERS[0].sign(DOCUMENT)) for root in ROOTS[:2]]
    with pytest.raises(KeyMaterialError, match="in the name of the root"):
        required(twice)


def test_a_signature_over_an_earlier_document_does_not_count_for_this_one() -> None:
    with pytest.raises(KeyMaterialError, match="does not hold"):
        required([*proofs(SIGNERS[0]), *proofs(SIGNERS[1], document=b"the trust list of last year")])


@pytest.mark.parametrize("threshold", [-1, 0, 1, 4])
def test_a_rule_that_lets_one_person_act_alone_is_none(threshold: int) -> None:
    with pytest.raises(KeyMaterialError, match="at least 2 must sign"):
        required(proofs(*SIGNERS), threshold=threshold)


@pytest.mark.parametrize(
    "second",
    [
        Root("did:web:network.example#other", ROOTS[0].key, "Wang Fang"),
        Root("did:web:network.example#other", ROOTS[1].key, " li WEI"),
        Root(ROOTS[0].verification_method, ROOTS[1].key, "Wang Fang"),
        Root("did:web:network.example#other", ROOTS[1].key, ""),
    ],
    ids=["one key", "one holder", "one name", "no holder"],
)
def test_two_roots_of_one_person_are_none(second: Root) -> None:
    with pytest.raises(KeyMaterialError, match="a key and a holder of its own"):
        require_rule([ROOTS[0], second], 2)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6), st.integers(2, 3))
def test_only_enough_true_signatures_of_different_holders_ever_pass(
    named: list[tuple[int, int]], threshold: int
) -> None:
    everybody = (*SIGNERS, OUTSIDER)
    found = [(everybody[name].verification_method, everybody[signer].sign(DOCUMENT)) for name, signer in named]
    true = {name for name, signer in named if name == signer and name < 3}
    try:
        passed = len(required(found, threshold))
    except KeyMaterialError:
        passed = 0
    assert not passed or passed == len(true) >= threshold
