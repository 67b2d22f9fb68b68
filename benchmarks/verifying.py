"""Whole verifications: form, schema, signature, key, recognition, status and period, as `Verifier.verify` has them.

    python benchmarks/verifying.py [--lines N] [--workers N]

An invented network recognises an invented programme, which publishes its key and its status lists; each credential has
a place in both lists. Two sizes: one assessment of one product (4 kB as a token), and six of two. Rates are of one core
and CPU time. The bare rate is that of the library's Ed25519 over a message of 64 bytes; beside it stands that over as
many bytes as the credential has, which a signature must read in any case. Every verification and every bare signature
is timed by itself, so many of the one and of the other in turns; of both the lower quartile counts, and the median
stands beside it: other programs on the machine empty its caches, which no CPU time tells. Then a feed of 100,000 tokens
of the small kind, read from a file.
"""

from __future__ import annotations

import argparse
import pickle
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

from results import record

from tenring.proof.answers import Validity
from tenring.proof.contexts import OWN
from tenring.proof.credential.build import CATEGORIES, CONTEXTS, SCHEMA, TYPES
from tenring.proof.did import Published, did_document
from tenring.proof.keys.local import LocalSigner
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import Algorithm
from tenring.proof.material import Documents, FirstOf, Held
from tenring.proof.securing import add_proof, sign_jwt
from tenring.proof.securing.jose import json_bytes
from tenring.proof.standards import Pinned, Standards
from tenring.proof.status import StatusBook
from tenring.proof.status.publish import publish_status
from tenring.proof.strict import JsonObject
from tenring.proof.trust.entities import RecognisedList, write_list
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import Action, Entity, Recognition, Scope
from tenring.proof.trust.roots import Roots, root
from tenring.proof.verify import Question, Verifier
from tenring.proof.verify_many import lines_in, verify_many
from tenring.settings import Settings, from_environment

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
ISSUER = "did:web:label.example"
NETWORK = "did:web:network.example"
LIST = "https://network.example/trust/list.json"
STATUS = "https://label.example/status"
GOALS = {"vc+jwt": 50, "eddsa-jcs-2022": 35}
SIZES = {"small": (1, 1), "large": (6, 2)}
GOAL_LINES, GOAL_SECONDS = 100_000, 25
QUESTION = Question(on=AT.date(), at=AT)


def main() -> None:
    """Print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=GOAL_LINES)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=30, help="turns of 50 verifications each")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        network = Network(Path(folder))
        rates(network, given.runs)
        feed(network, given.lines, given.workers)


class Network:
    """Who publishes what, and the keys that sign it; written to a file from which any process opens a verifier."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signer = _signer(7, f"{ISSUER}#key-1")
        self.book = StatusBook(folder / "status.sqlite")
        self.opener = Opener(folder / "published.pickle", from_environment())

    def documents(self, count: int, assessments: int, products: int) -> list[JsonObject]:
        """So many credentials, each with its places in the status lists."""
        written = [credential(number, assessments, products) for number in range(count)]
        named = [(one["id"], one["id"].rpartition("/")[2]) for one in written]
        places = self.book.enter_all(named, issuer=ISSUER, base=STATUS, at=AT - timedelta(days=30))
        return [one | {"credentialStatus": self.book.entries(places[one["id"]])} for one in written]

    def publish(self) -> None:
        """The status lists as they are now, the issuer's key and the list of the network."""
        recognised = Recognition(
            ISSUER, NETWORK, Action.ISSUE, Scope(frozenset({"label"}), frozenset({"monitors"})), date(2020, 1, 1)
        )
        document = write_list(
            RecognisedList(
                address=None,
                publisher=Entity(NETWORK, {"en": "Example network"}),
                valid_from=AT - timedelta(days=1),
                valid_until=AT + timedelta(days=6),
                entities=(Entity(ISSUER, {"en": "Example Green Label"}),),
                recognitions=(recognised,),
                number=1,
            )
        )
        for key in _holders():
            document = add_proof(document, key, created=AT - timedelta(days=1))
        lists = publish_status(
            self.book, ISSUER, self.folder / "www", sign=lambda one: sign_jwt(one, self.signer).encode(),
            at=AT - timedelta(hours=2),
        )  # fmt: skip
        own = did_document(ISSUER, [Published(self.signer.verification_method, self.signer.key)])
        bodies = {LIST: json_bytes(document), ISSUER: json_bytes(own)}
        bodies |= {address: path.read_bytes() for address, path in lists.lists.items()}
        held = {address: Held(address, body, AT - timedelta(hours=1)) for address, body in bodies.items()}
        self.opener.file.write_bytes(pickle.dumps(held))


@dataclass(frozen=True)
class Opener:
    """Opens the verifier in any process."""

    file: Path
    settings: Settings

    def __call__(self) -> Verifier:
        """The verifier."""
        held = pickle.loads(self.file.read_bytes())  # noqa: S301 - written by `Network.publish`
        material = Pinned(FirstOf((OWN, Standards(self.settings), Documents(held))))
        return Verifier(material, trust=load_trust(material, _roots(), AT))

    def __hash__(self) -> int:
        return hash(self.file)


def _holders() -> list[LocalSigner]:
    return [_signer(number, None) for number in (1, 2)]


def _roots() -> Roots:
    holders = tuple(root(one.key, f"holder {number}") for number, one in enumerate(_holders()))
    return Roots(NETWORK, LIST, holders, 2, (multikey(_signer(3, None).key),))


def credential(number: int, assessments: int, products: int) -> JsonObject:
    """An invented licence of displays; the sentences and values are of a usual length."""
    licence = f"https://label.example/licences/MON-2026-{number:06}"
    return {
        "@context": list(CONTEXTS),
        "type": list(TYPES),
        "id": f"https://label.example/credentials/MON-2026-{number:06}",
        "issuer": {"type": ["CredentialIssuer"], "id": ISSUER, "name": "Example Green Label (sample)"},
        "validFrom": "2026-03-02T00:00:00Z",
        "validUntil": "2029-03-01T23:59:59Z",
        "name": f"Example Green Label, licence MON-2026-{number:06}",
        "credentialSubject": {
            "type": ["ConformityAttestation"],
            "id": licence,
            "name": f"Example Green Label, licence MON-2026-{number:06}",
            "description": "SAMPLE: an invented licence that proves nothing. Judged on 2026-03-02: met.",
            "assessorLevel": "3rdParty",
            "assessmentLevel": "scheme-self",
            "attestationType": "certification",
            "issuedToParty": {"type": ["Party"], "id": "did:web:maker.example", "name": "Example Displays (sample)"},
            "referenceScheme": {"type": ["ConformityScheme"], "id": "urn:tenring:programme/label", "name": "Label"},
            "referenceProfile": {
                "type": ["ConformityProfile"],
                "id": "urn:tenring:criteria/label/monitors/2026-01-01",
                "name": "Monitors, version 3",
            },
            "profileScore": {"code": "met", "definition": "All mandatory clauses are met."},
            "conformityAssessment": [_assessment(licence, place, number, products) for place in range(assessments)],
        },
        "credentialSchema": {"type": "JsonSchema", "id": SCHEMA},
    }


def _assessment(licence: str, place: int, number: int, products: int) -> dict[str, Any]:
    topic = {
        "type": ["ConformityTopic"],
        "id": "https://vocabulary.uncefact.org/conformity-topics/voluntary-standards",
        "name": "Voluntary Standards",
    }
    name = f"3.{place + 1} Energy use in the {place + 1}. mode of operation"
    metric = {"type": ["PerformanceMetric"], "id": f"https://label.example/metrics/{place}", "name": "Power"}
    return {
        "type": ["ConformityAssessment"],
        "id": f"{licence}#clause-{place}",
        "name": name,
        "assessmentCriteria": [
            {
                "type": ["Criterion"],
                "id": f"urn:tenring:criteria/label/monitors/2026-01-01#clause-{place}",
                "name": name,
                "conformityTopic": [topic],
            }
        ],
        "assessmentDate": "2026-03-02",
        "assessedPerformance": [{"metric": metric, "measure": {"value": 17.25 + place, "unit": "WTT"}}],
        "assessedProduct": [_product(licence, number, which) for which in range(products)],
        "conformityTopic": [topic],
        "conformance": True,
    }


def _product(licence: str, number: int, which: int) -> dict[str, Any]:
    kind = {"code": "monitors", "name": "Monitors", "schemeId": CATEGORIES, "schemeName": "Tenring categories"}
    return {
        "product": {
            "type": ["Product"],
            "id": f"{licence}#product-{which}",
            "name": f"Example Display {number} {which}",
            "modelNumber": f"ED-{number}-{which}",
            "idGranularity": "model",
            "productCategory": [kind],
        },
        "idVerifiedByCAB": True,
    }


def rates(network: Network, runs: int) -> None:
    """Verifications a second of both forms and sizes, beside the bare rate."""
    made = [network.documents(50, *parts) for parts in SIZES.values()]
    network.publish()
    verifier = network.opener()
    schema = "at hand" if Standards(network.opener.settings).find(SCHEMA) else "not at hand: our own check instead"
    signature = network.signer.sign(b"\x17" * 64)
    key: Any = network.signer.key.loaded
    for form, goal in GOALS.items():
        for documents in made:
            raws = [secured(form, one, network.signer) for one in documents]
            require_valid(verifier, raws)
            same = network.signer.sign(raws[0])
            bare, bare_of_size, whole = [], [], []
            for _ in range(runs):
                bare += [_seconds(lambda: key.verify(signature, b"\x17" * 64)) for _ in range(100)]
                bare_of_size += [_seconds(partial(key.verify, same, raws[0])) for _ in range(100)]
                whole += [_seconds(partial(verifier.verify, raw, QUESTION)) for raw in raws]
            (bare_rate, bare_median), (rate, median) = _rates_of(bare), _rates_of(whole)
            what = f"{form} of {len(raws[0]) / 1000:.0f} kB, whole verification"
            record(what, round(rate), unit="/s", note=f"bare rate {bare_rate:,.0f}/s; official schema {schema}")
            of_size, _ = _rates_of(bare_of_size)
            note = f"by the medians {100 * median / bare_median:.0f} %; "
            note += f"{100 * rate / of_size:.0f} % of the bare rate over as many bytes as it has"
            record(f"{what}, of the bare rate", round(100 * rate / bare_rate), unit="%", goal=f"≥ {goal}", note=note)


def secured(form: str, document: JsonObject, signer: LocalSigner) -> bytes:
    """The credential as it is sent."""
    if form == "vc+jwt":
        return sign_jwt(document, signer).encode()
    return json_bytes(add_proof(document, signer, created=AT - timedelta(days=30)))


def require_valid(verifier: Verifier, raws: list[bytes]) -> None:
    """End the run when one is not valid."""
    for raw in raws:
        answer = verifier.verify(raw, QUESTION)
        if answer.validity is not Validity.VALID:
            raise SystemExit(f"the benchmark's credential is not valid: {answer.findings}")


def feed(network: Network, count: int, workers: int) -> None:
    """Verify a file of many tokens."""
    file = network.folder / "feed.ndjson"
    with file.open("w", encoding="utf-8") as stream:
        for document in network.documents(count, *SIZES["small"]):
            stream.write(sign_jwt(document, network.signer) + "\n")
    network.publish()
    began = time.perf_counter()
    answers = verify_many(lines_in(file), network.opener, QUESTION, workers=workers)
    valid = sum(one.validity is Validity.VALID for one in answers)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    note = f"{count:,} tokens, {valid:,} valid, {file.stat().st_size / 1e6:,.0f} MB, {workers} workers"
    goal = f"< {GOAL_SECONDS}" if count == GOAL_LINES else None
    record("a feed verified, wall", seconds, unit="s", goal=goal, note=note)
    record("a feed verified, processor time of the workers", used.ru_utime + used.ru_stime, unit="s", note=note)


def _seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _rates_of(seconds: list[float]) -> tuple[float, float]:
    """Per second, by the lower quartile and by the median of what one takes."""
    quartile, median, _ = quantiles(seconds, n=4)
    return 1 / quartile, 1 / median


def _signer(number: int, method: str | None) -> LocalSigner:
    made = LocalSigner.of(Algorithm.ED25519, number.to_bytes(32, "big"), method or "did:key:z")
    if method is not None:
        return made
    name = multikey(made.key)
    return LocalSigner.of(Algorithm.ED25519, number.to_bytes(32, "big"), f"did:key:{name}#{name}")


if __name__ == "__main__":
    import verifying  # by its own name, under which the workers find `Opener`

    verifying.main()
