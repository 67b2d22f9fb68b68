"""One signed file with all that a verifier needs: written, opened, refreshed by deltas; and what an attacker tries."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tenring.exceptions import MaterialError
from tenring.proof.answers import Outcome
from tenring.proof.bundle import Bundle, BundleLimits, SeenBundles, apply_delta, collect, open_bundle, write_bundle
from tenring.proof.bundle.open import open_index
from tenring.proof.material import Held
from tenring.proof.securing import add_proof
from tenring.proof.served import Served
from tenring.proof.standards import Pinned, Standards
from tenring.proof.strict import JsonObject
from tenring.proof.trust.load import load_trust
from tenring.settings import Settings
from trust_world import (
    AT,
    BLUE,
    DISPLAYS,
    LIST,
    NETWORK,
    PUBLISHER,
    REGION,
    ROOT_KEYS,
    ROOTS,
    SCHEME,
    TODAY,
    TestKey,
    World,
    held,
    may_recognise,
    publishes,
    recognition,
)

DAY = timedelta(days=1)
MADE = AT - timedelta(minutes=10)


def signing(*keys: TestKey, at: datetime = MADE) -> Callable[[JsonObject], JsonObject]:
    def sign(document: JsonObject) -> JsonObject:
        for key in keys or (PUBLISHER,):
            document = add_proof(document, key, created=at)
        return document

    return sign


def written(path: Path, documents: Iterable[Held] | None = None, **facts: object) -> Path:
    """A bundle in a file: of two documents, made ten minutes ago, fresh for two days."""
    made = facts.get("made", MADE)
    usual = {"network": NETWORK, "made": MADE, "fresh_until": AT + 2 * DAY, "sign": signing(at=made)}  # type: ignore[arg-type]
    two = [held("https://a.example/1", b'{"a": 1}'), held("did:web:b.example", b'{"b": 2}')]
    write_bundle(path, two if documents is None else documents, **(usual | facts))  # type: ignore[arg-type]
    return path


def opened(path: Path, at: datetime = AT, **facts: object) -> Bundle:
    return open_bundle(path, ROOTS, at, **facts)  # type: ignore[arg-type]


# written and opened


def test_documents_are_found_by_their_address(tmp_path: Path) -> None:
    bundle = opened(written(tmp_path / "b.zip"))
    found = bundle.find("did:web:b.example")
    assert found is not None
    assert (found.body, found.got) == (b'{"b": 2}', AT - timedelta(hours=1))
    assert bundle.find("https://a.example/2") is None


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    documents = [held("https://a.example/1", b"1"), held("https://a.example/2", b"2")]
    one, other = written(tmp_path / "1.zip", documents), written(tmp_path / "2.zip", reversed(documents))
    assert one.read_bytes() == other.read_bytes()


def test_any_tool_reads_what_is_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path / "b.zip")) as archive:
        assert archive.testzip() is None
        index = json.loads(archive.read("index.json"))
        for one in index["documents"]:
            body = archive.read(f"documents/{one['sha256']}")
            assert (hashlib.sha256(body).hexdigest(), len(body)) == (one["sha256"], one["bytes"])


def test_the_same_body_at_two_addresses_is_stored_once(tmp_path: Path) -> None:
    documents = [held("https://a.example/1", b"same"), held("https://a.example/2", b"same")]
    bundle = opened(written(tmp_path / "b.zip", documents))
    assert len(bundle.archive.entries) == 2
    assert {bundle.find(one.address).body for one in documents} == {b"same"}  # type: ignore[union-attr]


def test_a_document_is_fresh_no_longer_than_its_publisher_says_and_than_the_bundle_is(tmp_path: Path) -> None:
    documents = [
        held("https://a.example/1", b"1", fresh_until=AT + timedelta(hours=1)),
        held("https://a.example/2", b"2", fresh_until=AT + 30 * DAY),
        held("https://a.example/3", b"3"),
    ]
    bundle = opened(written(tmp_path / "b.zip", documents))
    ends = [bundle.find(one.address).fresh_until for one in documents]  # type: ignore[union-attr]
    assert ends == [AT + timedelta(hours=1), AT + 2 * DAY, AT + 2 * DAY]


# all that the trust list leads to


def world() -> World:
    world = World()
    blue = replace(publishes(BLUE), list_address=None, status_lists=("https://blue.example/status/1",))
    world.root_list(recognition(), may_recognise(REGION), entities=[blue, publishes(REGION)])
    world.list_of(REGION, recognition("did:web:other.example", REGION))
    for did in (NETWORK, BLUE, REGION, "did:web:other.example"):
        world.key_of(did)
    world.publish("https://blue.example/status/1", b"{}")
    world.publish("https://blue.example/status/1-ever", b"{}")
    return world


def test_a_bundle_takes_along_all_that_the_trust_list_leads_to(data: Path, tmp_path: Path) -> None:
    standards = Standards(Settings(home=tmp_path, data=data))
    collected = collect(world(), ROOTS, AT, standards)
    assert collected.missing == {}
    assert {LIST, "https://region.example/trust.json", NETWORK, BLUE, REGION, "did:web:other.example"} <= set(
        collected.documents
    )
    assert "https://blue.example/status/1-ever" in collected.documents
    assert "https://www.w3.org/ns/credentials/v2" in collected.documents


def test_what_is_missing_is_said() -> None:
    incomplete = world()
    del incomplete.documents[BLUE]
    incomplete.documents["https://blue.example/status/1"] = held("x", b"{}", fresh_until=AT - DAY)
    collected = collect(incomplete, ROOTS, AT)
    assert set(collected.missing) == {BLUE, "https://blue.example/status/1"}
    assert "no longer fresh" in collected.missing["https://blue.example/status/1"]


def test_without_a_trust_list_there_is_no_bundle() -> None:
    with pytest.raises(MaterialError, match="cannot be relied on"):
        collect(World(), ROOTS, AT)


def test_trust_is_answered_out_of_a_bundle_alone(tmp_path: Path) -> None:
    collected = collect(world(), ROOTS, AT)
    bundle = opened(written(tmp_path / "b.zip", collected.documents.values()))
    trust = load_trust(bundle, ROOTS, AT)
    assert trust.gaps == ()
    assert trust.recognised(BLUE, SCHEME, DISPLAYS, TODAY).outcome is Outcome.PASSED
    assert trust.recognised("did:web:other.example", SCHEME, DISPLAYS, TODAY).outcome is Outcome.PASSED


def test_what_lies_in_the_folder_of_a_web_server_is_taken_by_its_address(tmp_path: Path) -> None:
    for name, text in {
        ".well-known/did.json": "{1}", "programmes/blue/did.json": "{2}", "status/1": "eyJ3",
        "a b.json": "{4}", ".git/config": "{5}", "index.html": "<html>",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    served = Served.read(f"https://blue.example={tmp_path}")
    assert {one.address: one.body for one in served.all()} == {
        "did:web:blue.example": b"{1}",
        "did:web:blue.example:programmes:blue": b"{2}",
        "https://blue.example/status/1": b"eyJ3",
        "https://blue.example/a%20b.json": b"{4}",
    }
    assert served.find("did:web:blue.example:programmes:blue").body == b"{2}"  # type: ignore[union-attr]
    assert served.find("https://blue.example/a%20b.json").body == b"{4}"  # type: ignore[union-attr]
    assert served.find("https://blue.example/../x") is None
    assert served.find("https://blue.example/%2e%2e/x") is None
    assert served.find("https://blue.example.thief.example/status/1") is None


# deltas


def day_one() -> list[Held]:
    return [held(f"https://a.example/{number}", b"%d" % number) for number in range(50)]


def day_two() -> list[Held]:
    """One changed, one gone, one new."""
    return [
        *day_one()[2:],
        held("https://a.example/0", b"changed"),
        held("https://a.example/new", b"new"),
    ]


TOMORROW = AT + DAY


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return written(tmp_path / "monday.zip", day_one())


def delta_of(base: Path, path: Path, documents: Iterable[Held], made: datetime = TOMORROW) -> Path:
    return written(path, documents, made=made, fresh_until=made + 2 * DAY, since=open_index(base, ROOTS, made))


def test_a_delta_holds_only_what_changed(base: Path, tmp_path: Path) -> None:
    delta = delta_of(base, tmp_path / "delta.zip", day_two())
    with zipfile.ZipFile(delta) as archive:
        assert len(archive.namelist()) == 3
    whole = apply_delta(base, delta, tmp_path / "tuesday.zip", roots=ROOTS, at=TOMORROW)
    assert whole.missing == frozenset()
    bundle = opened(tmp_path / "tuesday.zip", TOMORROW)
    assert {address: bundle.find(address).body for address in bundle.index.documents} == {  # type: ignore[union-attr]
        one.address: one.body for one in day_two()
    }
    assert bundle.find("https://a.example/1") is None


def test_deltas_follow_one_another(base: Path, tmp_path: Path) -> None:
    apply_delta(base, delta_of(base, tmp_path / "d1.zip", day_two()), tmp_path / "t.zip", roots=ROOTS, at=TOMORROW)
    later = TOMORROW + DAY
    second = delta_of(tmp_path / "d1.zip", tmp_path / "d2.zip", day_two()[:3], later)
    apply_delta(tmp_path / "t.zip", second, tmp_path / "w.zip", roots=ROOTS, at=later)
    assert len(opened(tmp_path / "w.zip", later).index.documents) == 3


def test_a_delta_alone_is_not_used(base: Path, tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="tenring bundle apply"):
        opened(delta_of(base, tmp_path / "delta.zip", day_two()), TOMORROW)


def test_a_delta_on_a_wrong_base_is_refused(base: Path, tmp_path: Path) -> None:
    delta = delta_of(base, tmp_path / "delta.zip", day_two())
    other = written(tmp_path / "other.zip", day_one()[1:])
    with pytest.raises(MaterialError, match="builds on the bundle of"):
        apply_delta(other, delta, tmp_path / "out.zip", roots=ROOTS, at=TOMORROW)
    assert not (tmp_path / "out.zip").exists()


def test_a_whole_bundle_is_no_delta(base: Path) -> None:
    with pytest.raises(MaterialError, match="use it as it is"):
        apply_delta(base, base, base, roots=ROOTS, at=TOMORROW)


def test_a_delta_is_younger_than_its_base(base: Path, tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="not before"):
        delta_of(base, tmp_path / "delta.zip", day_two(), MADE)


# attackers' rows: stale bundle, replayed bundle, altered bundle, bombs and paths


def test_a_stale_bundle_opens_and_nothing_in_it_is_fresh(tmp_path: Path) -> None:
    """Stale material makes an answer unknown, never valid."""
    collected = collect(world(), ROOTS, AT)
    path = written(tmp_path / "b.zip", collected.documents.values())
    late = AT + 3 * DAY
    bundle = opened(path, late)
    assert not [address for address in bundle.index.documents if bundle.find(address).fresh(late)]  # type: ignore[union-attr]
    answer = load_trust(bundle, ROOTS, late).recognised(BLUE, SCHEME, DISPLAYS, TODAY)
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "trust_list_stale")


def test_a_rollback_to_an_older_bundle_is_refused(settings: Settings, base: Path, tmp_path: Path) -> None:
    seen = SeenBundles.of(settings)
    newer = written(tmp_path / "newer.zip", made=TOMORROW)
    opened(base, TOMORROW, seen=seen)
    opened(newer, TOMORROW, seen=seen)
    opened(newer, TOMORROW, seen=seen)
    with pytest.raises(MaterialError, match="older than the one of"):
        opened(base, TOMORROW, seen=seen)


def test_two_bundles_of_one_moment_are_not_believed(settings: Settings, base: Path, tmp_path: Path) -> None:
    seen = SeenBundles.of(settings)
    opened(base, seen=seen)
    with pytest.raises(MaterialError, match="two different bundles"):
        opened(written(tmp_path / "other.zip"), seen=seen)


def test_what_was_seen_must_be_readable(settings: Settings, base: Path) -> None:
    seen = SeenBundles.of(settings)
    seen.path.parent.mkdir(parents=True)
    seen.path.write_text('{"did:web:network.example": 7}')
    with pytest.raises(MaterialError, match="rollback could not be told"):
        opened(base, seen=seen)


def test_a_bundle_that_was_refused_is_not_remembered(settings: Settings, tmp_path: Path) -> None:
    seen = SeenBundles.of(settings)
    with pytest.raises(MaterialError):
        opened(written(tmp_path / "b.zip", sign=signing(TestKey("thief"))), seen=seen)
    assert not seen.path.exists()


def test_a_bundle_from_the_future_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="later than now"):
        opened(written(tmp_path / "b.zip", made=TOMORROW, sign=signing()))


@pytest.mark.parametrize("keys", [(TestKey("thief"),), (ROOT_KEYS[0],)], ids=["a stranger", "one root alone"])
def test_a_bundle_that_somebody_else_signed_is_refused(tmp_path: Path, keys: tuple[TestKey, ...]) -> None:
    with pytest.raises(MaterialError, match="none of the keys signed it"):
        opened(written(tmp_path / "b.zip", sign=signing(*keys)))


def test_without_publishers_a_bundle_is_signed_by_the_roots(tmp_path: Path) -> None:
    roots = replace(ROOTS, publishers=())
    path = written(tmp_path / "b.zip", sign=signing(*ROOT_KEYS[1:]))
    assert open_bundle(path, roots, AT).index.network == NETWORK
    with pytest.raises(MaterialError, match="2 are needed"):
        open_bundle(written(tmp_path / "c.zip", sign=signing(ROOT_KEYS[0])), roots, AT)


def test_a_bundle_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="is a bundle of did:web:other"):
        opened(written(tmp_path / "b.zip", network="did:web:other.example"))


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_STORED) -> Path:
    """The archive with its content changed by somebody who cannot sign."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, body in content.items():
            archive.writestr(name, body)
    return path


def test_an_altered_index_is_refused(tmp_path: Path) -> None:
    def later(content: dict[str, bytes]) -> None:
        content["index.json"] = content["index.json"].replace(b"2026-11-30", b"2027-11-30")

    with pytest.raises(MaterialError, match="none of the keys signed it"):
        opened(rewritten(written(tmp_path / "b.zip"), later))


def test_an_altered_document_is_refused_when_it_is_found(tmp_path: Path) -> None:
    def other(content: dict[str, bytes]) -> None:
        sha256 = hashlib.sha256(b'{"a": 1}').hexdigest()
        content[f"documents/{sha256}"] = b'{"a": 9}'

    bundle = opened(rewritten(written(tmp_path / "b.zip"), other))
    assert bundle.find("did:web:b.example") is not None
    with pytest.raises(MaterialError, match="is not what the index says"):
        bundle.find("https://a.example/1")


def test_a_document_taken_out_is_noticed(tmp_path: Path) -> None:
    def without(content: dict[str, bytes]) -> None:
        content.pop(next(name for name in content if name.startswith("documents/")))

    with pytest.raises(MaterialError, match="only what changed"):
        opened(rewritten(written(tmp_path / "b.zip"), without))


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "documents/../index.json", "documents/x", "Index.json", "documents/", "x"],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MaterialError, match="does not belong into a bundle"):
        opened(rewritten(written(tmp_path / "b.zip"), lambda content: content.update({name: b"x"})))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """100 MB of nothing in 100 KB: a bundle is never compressed."""
    bomb = b"\0" * (100 * 1024**2)
    name = f"documents/{hashlib.sha256(bomb).hexdigest()}"
    path = rewritten(written(tmp_path / "b.zip"), lambda content: content.update({name: bomb}), zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1024**2
    with pytest.raises(MaterialError, match="compressed or encrypted"):
        opened(path)


def test_more_and_larger_than_the_limits_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "b.zip", day_one())
    for limits in (
        BundleLimits(documents=49),
        BundleLimits(file=path.stat().st_size - 1),
        BundleLimits(index=100),
        BundleLimits(document=0),
    ):
        with pytest.raises(MaterialError):
            opened(path, limits=limits)
    assert opened(path, limits=BundleLimits(documents=50)) is not None


def test_too_much_is_not_even_written(tmp_path: Path) -> None:
    for limits in (BundleLimits(documents=1), BundleLimits(document=3)):
        with pytest.raises(MaterialError):
            written(tmp_path / "b.zip", limits=limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"", lambda _: b"PK", lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b"MZ" + raw,
        lambda raw: raw[:200], lambda raw: raw[: len(raw) // 2] + raw[len(raw) // 2 + 9 :], lambda _: b"\0" * 5000,
        lambda raw: raw[:-22] + raw[-22:].replace(b"\x03\x00\x03\x00", b"\xff\xff\xff\xff"),
    ],
)  # fmt: skip
def test_a_file_that_is_cut_or_grown_is_refused(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = written(tmp_path / "b.zip")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(MaterialError):
        opened(path)


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    """Whatever byte is altered: nothing false is ever found, and no other error than ours is raised."""
    path = written(tmp_path / "b.zip")
    raw, true = path.read_bytes(), {"https://a.example/1": b'{"a": 1}', "did:web:b.example": b'{"b": 2}'}
    for position in range(len(raw)):
        path.write_bytes(raw[:position] + bytes([raw[position] ^ 0x41]) + raw[position + 1 :])
        try:
            bundle = opened(path)
            found = {address: bundle.find(address).body for address in true}  # type: ignore[union-attr]
        except MaterialError:
            continue
        assert found == true


def signed_index(**changes: object) -> bytes:
    index: JsonObject = {
        "type": "TenringBundle", "format": 1, "network": NETWORK, "made": "2026-11-28T11:50:00Z",
        "freshUntil": "2026-11-30T12:00:00Z", "documents": [],
    }  # fmt: skip
    return json.dumps(signing()(index | changes)).encode()


DOCUMENT = {"address": "https://a.example/1", "sha256": "0" * 64, "bytes": 1, "got": "2026-11-28T11:00:00Z"}


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Other"}, {"format": 2}, {"made": "2026-11-28"}, {"freshUntil": None}, {"network": None},
        {"documents": [DOCUMENT, DOCUMENT]}, {"documents": [DOCUMENT | {"sha256": "../../x"}]},
        {"documents": [DOCUMENT | {"bytes": -1}]}, {"documents": [DOCUMENT | {"bytes": 10**9}]},
        {"documents": [DOCUMENT | {"got": "2026-11-28T11:51:00Z"}]}, {"documents": [7]},
        {"base": {"made": "2026-11-28T11:50:00Z", "sha256": "0" * 64}}, {"base": 7},
    ],
    ids=str,
)  # fmt: skip
def test_an_index_that_is_signed_and_makes_no_sense_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("index.json", signed_index(**changes))
    with pytest.raises(MaterialError, match="no bundle that can be used"):
        opened(path)


def test_a_context_swapped_in_a_signed_bundle_is_an_error(data: Path, tmp_path: Path) -> None:
    address = "https://www.w3.org/ns/credentials/v2"
    evil = (data / "vectors/contexts/credentials-v2.jsonld").read_bytes().replace(b"validUntil", b"validuntil", 1)
    bundle = opened(written(tmp_path / "b.zip", [held(address, evil)]))
    with pytest.raises(MaterialError, match="It was not used"):
        Pinned(bundle).find(address)


def test_there_is_no_such_bundle(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="there is no such bundle"):
        opened(tmp_path / "b.zip")
