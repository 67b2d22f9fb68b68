"""Keys kept in the home folder: sealed, rotated, retired, destroyed, each change logged."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenring.exceptions import KeyMaterialError
from tenring.proof.did import find_method, jose_method
from tenring.proof.keys.kept import KeyPurpose, KeyState
from tenring.proof.keys.local import LocalSigner, generate, under
from tenring.proof.keys.log import Logged, add_to_log
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import Algorithm
from tenring.proof.keys.sealed import Cost, seal, unseal
from tenring.proof.keys.store import By, KeyStore
from tenring.proof.material import Documents, Held

#: The least that files may ask for, so that tests are quick; keys are made with eight times as much.
QUICK = Cost(2**14)
PASS = "correct horse battery staple"  # noqa: S105 - of a test
OTHER_PASS = "another passphrase, of another person"  # noqa: S105 - likewise
DID = "did:web:label.example"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def by(day: int = 0, why: str = "the yearly change") -> By:
    return By("Li Wei", NOW + day * DAY, why)


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "home" / "keys", QUICK)


def issuing(store: KeyStore, name: str = "issuing-1", **changes: Any) -> Any:
    return store.new(name, KeyPurpose.ISSUING, PASS, by(), **{"controller": DID, **changes})


# making and using


@pytest.mark.parametrize("algorithm", [Algorithm.ED25519, Algorithm.P256])
def test_a_key_that_was_made_signs_and_its_public_half_says_so(store: KeyStore, algorithm: Algorithm) -> None:
    kept = issuing(store, algorithm=algorithm)
    signer = store.signer("issuing-1", PASS)
    assert signer.verification_method == kept.verification_method == f"{DID}#issuing-1"
    assert kept.key.verifies(signer.sign(b"data"), b"data")
    assert not kept.key.verifies(signer.sign(b"data"), b"date")
    assert store.key("issuing-1") == kept


def test_the_same_data_gives_the_same_signature_with_both_kinds_of_key(store: KeyStore) -> None:
    for algorithm in (Algorithm.ED25519, Algorithm.P256):
        issuing(store, name=f"key-{algorithm.lower()}", algorithm=algorithm)
        signer = store.signer(f"key-{algorithm.lower()}", PASS)
        assert signer.sign(b"data") == signer.sign(b"data")


def test_a_signature_of_p256_is_the_one_of_rfc_6979() -> None:
    secret = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    signature = LocalSigner.of(Algorithm.P256, secret, "").sign(b"sample")
    assert signature.hex().upper() == (
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )


def test_a_key_without_controller_is_its_own_did(store: KeyStore) -> None:
    kept = issuing(store, controller=None)
    assert kept.verification_method == f"did:key:{multikey(kept.key)}#{multikey(kept.key)}"
    assert find_method(kept.verification_method, Documents({}), NOW).key == kept.key


def test_a_signer_can_name_its_key_by_the_url_of_the_jwk(store: KeyStore) -> None:
    kept = issuing(store)
    signer = under(store.signer("issuing-1", PASS), jose_method(kept.verification_method))
    assert signer.verification_method == f"{DID}#issuing-1-jwk"
    assert kept.key.verifies(signer.sign(b"x"), b"x")


@pytest.mark.parametrize("name", ["", "Issuing", "a b", "../x", "a/b", "-a", "a-", "key-jwk", "x" * 64, "é", "."])
def test_a_name_that_cannot_stand_in_a_url_is_refused(store: KeyStore, name: str) -> None:
    with pytest.raises(KeyMaterialError, match="cannot name a key"):
        issuing(store, name=name)
    assert store.all() == []


@pytest.mark.parametrize("controller", ["label.example", "did:key:z6Mk", "did:web:10.0.0.1", "did:web:a.example:.."])
def test_a_controller_is_a_did_web(store: KeyStore, controller: str) -> None:
    with pytest.raises(Exception, match="did:web"):
        issuing(store, controller=controller)
    assert store.all() == []


@pytest.mark.parametrize("algorithm", [Algorithm.P384, Algorithm.P521])
def test_kinds_that_are_only_verified_are_not_made(store: KeyStore, algorithm: Algorithm) -> None:
    with pytest.raises(KeyMaterialError, match="verified and not made"):
        issuing(store, algorithm=algorithm)


def test_a_short_passphrase_is_refused(store: KeyStore) -> None:
    with pytest.raises(KeyMaterialError, match="at least 12 characters"):
        store.new("issuing-1", KeyPurpose.ISSUING, "short", by())
    assert store.all() == []


def test_a_change_without_a_name_or_reason_is_refused_and_nothing_is_written(store: KeyStore) -> None:
    for who, why in (("", "why"), ("who", " ")):
        with pytest.raises(KeyMaterialError, match="needs a name and a reason"):
            store.new("issuing-1", KeyPurpose.ISSUING, PASS, By(who, NOW, why))
    assert store.all() == []


def test_there_is_no_key_before_one_is_made(store: KeyStore) -> None:
    assert store.all() == []
    assert store.log() == []
    with pytest.raises(KeyMaterialError, match="there is no key issuing-1"):
        store.signer("issuing-1", PASS)


# kept safe


def test_only_the_owner_may_read_the_folder_and_the_files(store: KeyStore) -> None:
    issuing(store)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()} == {0o600}


@pytest.mark.parametrize("which", ["folder", "file"])
def test_keys_that_others_may_read_are_not_used(store: KeyStore, which: str) -> None:
    issuing(store)
    path = store.folder if which == "folder" else store.folder / "issuing-1.key.json"
    path.chmod(0o755 if which == "folder" else 0o644)
    with pytest.raises(KeyMaterialError, match=r"others may read it\. chmod (700|600) it"):
        store.signer("issuing-1", PASS)


def test_the_secret_is_nowhere_in_the_clear(store: KeyStore) -> None:
    issuing(store)
    signer = store.signer("issuing-1", PASS)
    assert isinstance(signer, LocalSigner)
    secret = signer.private.private_bytes_raw()  # type: ignore[union-attr]  # an Ed25519 key
    texts = b"".join(path.read_bytes() for path in store.folder.iterdir())
    assert secret not in texts
    assert secret.hex().encode() not in texts
    assert PASS.encode() not in texts
    assert PASS not in repr(store)
    assert "private" not in repr(signer)


def test_a_wrong_passphrase_opens_nothing(store: KeyStore) -> None:
    issuing(store)
    with pytest.raises(KeyMaterialError, match="does not open this key, or its file was altered"):
        store.signer("issuing-1", PASS + "!")


def test_the_parameters_of_scrypt_are_stored_and_those_of_old_keys_still_open(store: KeyStore) -> None:
    issuing(store)
    sealed = json.loads((store.folder / "issuing-1.key.json").read_bytes())["secret"]
    assert sealed["kdf"] | {"salt": ""} == {"name": "scrypt", "n": 2**14, "r": 8, "p": 1, "salt": ""}
    assert sealed["cipher"]["name"] == "AES-256-GCM"
    stronger = KeyStore(store.folder, Cost(2**15))
    issuing(stronger, name="issuing-2")
    assert stronger.signer("issuing-1", PASS)
    assert store.signer("issuing-2", PASS)


def test_the_default_cost_is_128_mebibytes_for_each_try() -> None:
    cost = Cost()
    assert 128 * cost.n * cost.r == 128 * 1024**2


def test_a_passphrase_typed_on_another_keyboard_still_opens() -> None:
    about = {"name": "k"}
    sealed = seal(b"secret", "pass\u00e9 \uff21\uff22 十环的口令啊", about, QUICK)
    assert unseal(sealed, "passe\u0301 AB 十环的口令啊", about) == b"secret"


def test_every_seal_has_a_salt_and_a_nonce_of_its_own() -> None:
    first, second = (seal(b"secret", PASS, {}, QUICK) for _ in range(2))
    assert first["sealed"] != second["sealed"]
    assert first["kdf"]["salt"] != second["kdf"]["salt"]
    assert first["cipher"]["nonce"] != second["cipher"]["nonce"]


@pytest.mark.parametrize(
    "kdf", [{"n": 2**13}, {"n": 2**30}, {"n": 2**14 + 1}, {"n": 1.5}, {"n": True}, {"r": 1}, {"p": 99}, {"name": "md5"}]
)
def test_a_file_that_asks_for_a_cost_out_of_bounds_is_refused(kdf: dict[str, Any]) -> None:
    sealed = seal(b"secret", PASS, {}, QUICK)
    with pytest.raises(KeyMaterialError, match="in a way that is not accepted"):
        unseal(sealed | {"kdf": sealed["kdf"] | kdf}, PASS, {})


@pytest.mark.parametrize("damage", [{"kdf": None}, {"sealed": 5}, {"sealed": "="}, {"cipher": {"name": "AES-256-GCM"}}])
def test_a_damaged_seal_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(KeyMaterialError):
        unseal(seal(b"secret", PASS, {}, QUICK) | damage, PASS, {})


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"layout": 2}', b"\xff"])
def test_a_damaged_file_is_an_error_that_names_it(store: KeyStore, damage: bytes) -> None:
    issuing(store)
    (store.folder / "issuing-1.key.json").write_bytes(damage)
    with pytest.raises(KeyMaterialError, match=r"issuing-1\.key\.json"):
        store.key("issuing-1")


def test_a_write_that_fails_leaves_the_old_file(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    issuing(store)
    before = store.key("issuing-1")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tenring.proof.files.os.fsync", fail)
    with pytest.raises(KeyMaterialError, match="No space left"):
        store.retire("issuing-1", by())
    monkeypatch.undo()
    assert store.key("issuing-1") == before
    assert {path.name for path in store.folder.iterdir()} == {".lock", "issuing-1.key.json", "log.jsonl"}


def test_of_several_who_take_one_name_at_once_one_gets_it(store: KeyStore) -> None:
    def take(_: int) -> bool:
        try:
            issuing(store)
        except KeyMaterialError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 1
    assert len(store.log()) == 1


# a key's life


def test_a_rotated_key_signs_no_more_and_the_new_one_does(store: KeyStore) -> None:
    issuing(store)
    old, new = store.rotate("issuing-1", PASS, by(1))
    assert (old.state, old.until, old.successor) == (KeyState.RETIRED, NOW + DAY, "issuing-2")
    assert (new.name, new.purpose, new.controller, new.since) == ("issuing-2", old.purpose, DID, NOW + DAY)
    assert new.key != old.key
    with pytest.raises(KeyMaterialError, match="the key issuing-1 is retired and signs no more"):
        store.signer("issuing-1", PASS)
    assert store.signer("issuing-2", PASS)


def test_rotating_needs_the_passphrase_and_may_bring_a_new_one(store: KeyStore) -> None:
    issuing(store)
    with pytest.raises(KeyMaterialError, match="does not open"):
        store.rotate("issuing-1", OTHER_PASS, by())
    assert len(store.log()) == 1
    store.rotate("issuing-1", PASS, by(), new_secret=OTHER_PASS)
    assert store.signer("issuing-2", OTHER_PASS)
    with pytest.raises(KeyMaterialError):
        store.signer("issuing-2", PASS)


def test_names_count_on_and_are_never_used_again(store: KeyStore) -> None:
    issuing(store, name="main")
    names = [store.rotate(name, PASS, by())[1].name for name in ("main", "main-2", "main-3")]
    assert names == ["main-2", "main-3", "main-4"]
    store.destroy("main", by())
    with pytest.raises(KeyMaterialError, match="names are never used again"):
        issuing(store, name="main")


def test_a_retired_key_is_still_published_with_its_dates_and_verifies(store: KeyStore) -> None:
    issuing(store)
    signature = store.signer("issuing-1", PASS).sign(b"licence")
    old, new = store.rotate("issuing-1", PASS, by(100))
    store.destroy("issuing-1", by(200))
    body = json.dumps(store.documents()[DID]).encode()
    material = Documents({DID: Held(DID, body, NOW + 300 * DAY)})
    for url in (old.verification_method, jose_method(old.verification_method)):
        found = find_method(url, material, NOW + 300 * DAY)
        assert found.key.verifies(signature, b"licence")
        found.require("assertionMethod", signed=NOW + DAY, at=NOW + 300 * DAY)
        with pytest.raises(KeyMaterialError, match="not valid any more"):
            found.require("assertionMethod", signed=NOW + 100 * DAY, at=NOW + 300 * DAY)
    new_one = find_method(new.verification_method, material, NOW + 300 * DAY)
    with pytest.raises(KeyMaterialError, match="not valid before"):
        new_one.require("assertionMethod", signed=NOW, at=NOW + 300 * DAY)


def test_what_a_compromised_key_signed_counts_no_more(store: KeyStore) -> None:
    kept = issuing(store)
    revoked = store.retire("issuing-1", by(5, "laptop stolen"), compromised=True)
    assert (revoked.state, revoked.until, revoked.revoked) == (KeyState.RETIRED, NOW + 5 * DAY, NOW + 5 * DAY)
    body = json.dumps(store.documents()[DID]).encode()
    found = find_method(kept.verification_method, Documents({DID: Held(DID, body, NOW + 6 * DAY)}), NOW + 6 * DAY)
    with pytest.raises(KeyMaterialError, match="was revoked"):
        found.require("assertionMethod", signed=NOW + DAY, at=NOW + 2 * DAY)
    assert "assertionMethod" not in store.documents()[DID]


def test_a_retired_and_even_a_destroyed_key_can_be_found_compromised_once(store: KeyStore) -> None:
    issuing(store)
    store.retire("issuing-1", by(1))
    with pytest.raises(KeyMaterialError, match="is retired"):
        store.retire("issuing-1", by(2))
    store.destroy("issuing-1", by(3))
    revoked = store.retire("issuing-1", by(4), compromised=True)
    assert (revoked.state, revoked.until, revoked.revoked) == (KeyState.DESTROYED, NOW + DAY, NOW + 4 * DAY)
    with pytest.raises(KeyMaterialError):
        store.retire("issuing-1", by(5), compromised=True)


def test_destroying_overwrites_the_secret_and_keeps_a_tombstone(store: KeyStore) -> None:
    kept = issuing(store)
    path = store.folder / "issuing-1.key.json"
    with pytest.raises(KeyMaterialError, match="only a retired key is destroyed"):
        store.destroy("issuing-1", by())
    store.retire("issuing-1", by())
    with path.open("rb") as before:
        sealed = json.loads(path.read_bytes())["secret"]["sealed"].encode()
        gone = store.destroy("issuing-1", by(1))
        # The file that was there is overwritten, not only unlinked: whoever has it open reads noise.
        assert sealed not in before.read()
    assert gone == replace(kept, state=KeyState.DESTROYED, until=NOW)
    assert json.loads(path.read_bytes())["secret"] == {}
    assert store.key("issuing-1") == gone
    with pytest.raises(KeyMaterialError, match="is destroyed and signs no more"):
        store.signer("issuing-1", PASS)
    with pytest.raises(KeyMaterialError, match="is destroyed: only a retired key"):
        store.destroy("issuing-1", by())


# the log


def test_every_change_is_logged_with_who_when_and_why(store: KeyStore) -> None:
    issuing(store)
    store.rotate("issuing-1", PASS, by(1, "yearly"))
    store.retire("issuing-2", by(2, "closed"))
    store.destroy("issuing-1", by(3, "old"))
    told = [(entry.what, entry.key, entry.who, entry.at, entry.why) for entry in store.log()]
    assert told == [
        ("new", "issuing-1", "Li Wei", NOW, "the yearly change"),
        ("new", "issuing-2", "Li Wei", NOW + DAY, "yearly"),
        ("rotated", "issuing-1", "Li Wei", NOW + DAY, "yearly"),
        ("retired", "issuing-2", "Li Wei", NOW + 2 * DAY, "closed"),
        ("destroyed", "issuing-1", "Li Wei", NOW + 3 * DAY, "old"),
    ]
    assert PASS not in (store.folder / "log.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("change", ["alter", "take out", "swap", "break"])
def test_a_log_that_was_altered_is_found_out_and_stops_further_changes(store: KeyStore, change: str) -> None:
    for number in range(1, 5):
        issuing(store, name=f"issuing-{number}")
    path = store.folder / "log.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "alter":
        lines[1] = lines[1].replace(b"Li Wei", b"Nobody")
    elif change == "take out":
        del lines[1]
    elif change == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        lines[2] = b"{\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(KeyMaterialError, match=r"log\.jsonl, line [234]"):
        store.log()
    with pytest.raises(KeyMaterialError, match=r"log\.jsonl"):
        issuing(store, name="issuing-9")
    assert len(store.all()) == 4


def test_a_line_of_the_log_may_hold_any_text(store: KeyStore) -> None:
    store.new("issuing-1", KeyPurpose.ISSUING, PASS, By("李伟", NOW, 'line one\nline two "quoted" \u2028 end'))
    add_to_log(store.folder / "log.jsonl", Logged("x", "y", "z", NOW, "w", {}))
    assert [entry.who for entry in store.log()] == ["李伟", "z"]


# publishing


def test_each_did_gets_its_document_where_the_web_server_serves_it(store: KeyStore, tmp_path: Path) -> None:
    issuing(store)
    issuing(store, name="cel-1", controller=f"{DID}:programmes:cn-cel")
    issuing(store, name="own", controller=None)
    written = store.publish(tmp_path / "public")
    assert written == {
        DID: tmp_path / "public/.well-known/did.json",
        f"{DID}:programmes:cn-cel": tmp_path / "public/programmes/cn-cel/did.json",
    }
    for did, path in written.items():
        assert json.loads(path.read_bytes()) == store.documents()[did]
        assert json.loads(path.read_bytes())["id"] == did


def test_documents_of_two_hosts_are_not_put_into_one_folder(store: KeyStore, tmp_path: Path) -> None:
    with pytest.raises(KeyMaterialError, match="did:web host"):
        store.publish(tmp_path / "public")
    issuing(store)
    issuing(store, name="other", controller="did:web:other.example")
    with pytest.raises(KeyMaterialError, match=r"label\.example"):
        store.publish(tmp_path / "public")
    assert not (tmp_path / "public").exists()


# the two-person rule


def root(store: KeyStore, name: str, holder: str | None, secret: str) -> Any:
    return store.new(name, KeyPurpose.ROOT, secret, by(), controller=DID, holder=holder)


def test_each_root_key_has_a_holder_and_a_passphrase_of_its_own(store: KeyStore) -> None:
    root(store, "root-1", "Li Wei", PASS)
    with pytest.raises(KeyMaterialError, match="needs a holder"):
        root(store, "root-2", None, OTHER_PASS)
    with pytest.raises(KeyMaterialError, match="LI WEI holds the root key root-1 already"):
        root(store, "root-2", "LI WEI ", OTHER_PASS)
    with pytest.raises(KeyMaterialError, match="opens the root key of another holder"):
        root(store, "root-2", "Wang Fang", PASS)
    assert root(store, "root-2", "Wang Fang", OTHER_PASS).holder == "Wang Fang"
    assert [kept.name for kept in store.all()] == ["root-1", "root-2"]


def test_a_root_key_is_rotated_by_its_holder(store: KeyStore) -> None:
    root(store, "root-1", "Li Wei", PASS)
    root(store, "root-2", "Wang Fang", OTHER_PASS)
    _, new = store.rotate("root-1", PASS, by(1))
    assert (new.name, new.holder, new.purpose) == ("root-3", "Li Wei", KeyPurpose.ROOT)
    with pytest.raises(KeyMaterialError, match="opens the root key of another holder"):
        store.rotate("root-3", PASS, by(1), new_secret=OTHER_PASS)


def test_secrets_of_any_kind_become_keys_or_an_error() -> None:
    for algorithm in Algorithm:
        assert LocalSigner.of(algorithm, generate(algorithm), "").key.algorithm is algorithm
        for wrong in (b"", b"\0" * 31, generate(algorithm) + b"\0"):
            with pytest.raises(KeyMaterialError, match="no private key"):
                LocalSigner.of(algorithm, wrong, "")
    for wrong in (b"\0" * 32, b"\xff" * 32):
        with pytest.raises(KeyMaterialError, match="no private key"):
            LocalSigner.of(Algorithm.P256, wrong, "")
