"""Verify a credential: every check in its order, each with its reason, and one answer.

    verifier = Verifier(material, trust=load_trust(...))
    answer = verifier.verify(raw, Question(on=date(2026, 11, 28), at=datetime.now(UTC)))

The order is that of `answers.Check`. A check that fails ends the verification; one that cannot be decided, because
material is missing or stale, makes the answer `indeterminate` unless a later one fails. Nothing here asks the network:
material decides where documents come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache, partial
from itertools import product as pairs
from typing import ClassVar, Final

from tenring.exceptions import MaterialError, ProofError
from tenring.language import N, T, current
from tenring.proof.answers import Always, Check, Finding, Outcome, Said, Verification, validity_of, worst
from tenring.proof.credential.build import SCHEMA
from tenring.proof.credential.check import is_conformant, schema_problems
from tenring.proof.credential.content import Content, read_content
from tenring.proof.credential.shape import shape_problems
from tenring.proof.datamodel import require_credential, require_presentation
from tenring.proof.material import Material, Remembered
from tenring.proof.moment import moment
from tenring.proof.product import ProductMatch, product_matches
from tenring.proof.related import require_known_resources
from tenring.proof.said import categories_of, said, schemes_of
from tenring.proof.securing import Secured, open_secured
from tenring.proof.signatures import proven
from tenring.proof.signed import Signatures, signatures
from tenring.proof.status import ProvenList, SeenLists, StatusLists
from tenring.proof.status.lists import SeenInMemory
from tenring.proof.trust.model import RecognitionAnswer, TrustModel

ALL: Final = frozenset(Check)
#: The version of UNTP whose schema is asked.
SCHEMA_VERSION: Final = "0.7.0"
#: How long material that was read is used again without asking for it.
MEMORY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Question:
    """What is asked of a credential."""

    on: date
    """The date asked about: a delivery, a purchase, today."""
    at: datetime
    """The moment of asking (UTC): how fresh material has to be."""
    product: str | None = None
    """A GTIN, a GS1 Digital Link, or a model: what is in front of you."""
    checks: frozenset[Check] = ALL
    """The checks that are asked for; being well-formed, signature and key always are."""
    domain: str | None = None
    """For whom the proof must have been made, where it says so."""
    challenge: str | None = None
    """The challenge that its proof must answer; None: none was given."""

    @cached_property
    def moment(self) -> datetime:
        """The moment asked about: now when `on` is the day of asking, else the end of that day (UTC)."""
        return self.at if self.on == self.at.date() else datetime.combine(self.on, time(23, 59, 59), UTC)

    def addressed(self, domain: str | None, challenge: str | None) -> Question:
        """The same question, of a proof that must have been made for this occasion."""
        return replace(self, domain=domain, challenge=challenge)


class Verifier:
    """Verifies credentials with the same material; what it read of that once it does not read again for a minute."""

    def __init__(
        self,
        material: Material,
        *,
        trust: TrustModel | None = None,
        seen: SeenLists | None = None,
        reload: Callable[[datetime], TrustModel] | None = None,
    ) -> None:
        """Without `trust` nobody is known to be recognised: then no answer is `valid` where recognition is asked.

        `seen` remembers the newest status lists, so that older ones are known for replays. `reload` reads the trust
        lists anew, for a verifier that lives longer than a minute.
        """
        self._reload = reload
        self._material = Remembered(material)
        self._trust = trust
        self._seen = SeenInMemory() if seen is None else seen
        self._since: datetime | None = None
        self._lists: StatusLists | None = None

    def verify(self, raw: bytes, question: Question) -> Verification:
        """The answer for one credential or presentation, as it came: JSON with proofs, vc+jwt, SD-JWT, COSE."""
        try:
            secured = open_secured(raw)
        except ProofError as error:
            return _malformed(error, question)
        return self.verify_secured(secured, question)

    def verify_secured(self, secured: Secured, question: Question) -> Verification:
        """As `verify`, of what was opened already, such as a credential in a presentation."""
        lists = self._lists_at(question.at)
        try:
            _require_form(secured)
        except ProofError as error:
            return _malformed(error, question)
        course = _Course(secured, question, self._material, self._trust, lists)
        findings: list[Finding] = []
        for step in _Course.STEPS:
            finding = step(course)
            findings.append(finding)
            if finding.outcome is Outcome.FAILED:
                findings.extend(_unasked(finding))
                break
        return _answer(tuple(findings), question, partial(said, secured), tuple(course.as_of))

    def _lists_at(self, at: datetime) -> StatusLists:
        """The status lists as read within the last minute; everything else is read anew."""
        if at == self._since and self._lists is not None:
            return self._lists
        if self._lists is None or self._since is None or abs(at - self._since) > MEMORY:
            self._material.forget()
            if self._since is not None and self._reload is not None:
                self._trust = self._reload(at)
            self._since = at

            def prove(body: bytes) -> ProvenList:
                return proven(body, self._material, at)

            self._lists = StatusLists(self._material, prove, self._seen)
        return self._lists


def _malformed(error: ProofError, question: Question) -> Verification:
    finding = Finding(Check.WELL_FORMED, Outcome.FAILED, str(error), "malformed")
    return _answer((finding, *_unasked(finding)), question, Said, ())


def _require_form(secured: Secured) -> None:
    """Refuse what breaks the data model of credentials."""
    if secured.is_presentation:
        require_presentation(secured.document)
    else:
        require_credential(secured.document)
        if "relatedResource" in secured.document:
            require_known_resources(secured.document)


def _unasked(after: Finding) -> Iterator[Finding]:
    """The checks that a failed one leaves out."""
    reason = T("not looked at: an earlier check failed")
    later = list(Check)[list(Check).index(after.check) + 1 :]
    return (Finding(check, Outcome.NOT_ASKED, reason) for check in later)


def _answer(
    findings: tuple[Finding, ...], question: Question, says: Callable[[], Said], as_of: tuple[datetime, ...]
) -> Verification:
    oldest = min(as_of) if as_of else None
    return Verification(validity_of(findings), question.on, findings, says, oldest)


@dataclass
class _Course:
    """One verification on its way."""

    secured: Secured
    question: Question
    material: Material
    trust: TrustModel | None
    lists: StatusLists
    as_of: list[datetime] = field(default_factory=list)
    signatures: Signatures | None = None

    content: Content = field(init=False)
    """What a conformity credential says; of other credentials what they have in common with it."""

    def __post_init__(self) -> None:
        self.content = read_content(self.secured.document)

    def well_formed(self) -> Finding:
        """The data model holds; of a conformity credential also its schema: the published one, else our own check."""
        if self.content.version == SCHEMA_VERSION:
            problem = self._problem()
            if problem is not None:
                return Finding(Check.WELL_FORMED, Outcome.FAILED, problem, "schema")
        return _WELL_FORMED.finding()

    def _problem(self) -> str | None:
        """The first thing that the schema has against it."""
        try:
            held = self.material.find(SCHEMA)
        except MaterialError:  # not reachable, or not the one that is pinned: then it is not used
            held = None
        document = self.secured.document
        if held is None:
            return next(iter(shape_problems(document)), None)
        if is_conformant(document, held):
            return None
        return next(schema_problems(document, self.material), None)

    def signature(self) -> Finding:
        """All proofs hold, and were made for whom and for what they are shown."""
        self.signatures = signatures(self.secured, self.material, self.question.at)
        self.as_of.extend(self.signatures.as_of)
        signature, asked = self.signatures.signature, self.question
        if signature.outcome is not Outcome.PASSED or (asked.domain is None and asked.challenge is None):
            return signature
        return self._addressed() or signature

    def _addressed(self) -> Finding | None:
        """Why a proof was made for another occasion; None: it was not."""
        for proof in self.secured.proofs:
            if self.question.domain is not None and self.question.domain not in proof.domain:
                what = T("its proof was not made for {domain}", domain=self.question.domain)
                return Finding(Check.SIGNATURE, Outcome.FAILED, what, "domain")
            if self.question.challenge is not None and proof.challenge != self.question.challenge:
                return Finding(Check.SIGNATURE, Outcome.FAILED, T("its proof answers another challenge"), "challenge")
        return None

    def key(self) -> Finding:
        """The issuer's key was valid when it signed."""
        if self.signatures is None or self.signatures.signature.outcome is not Outcome.PASSED:
            return Finding(Check.KEY, Outcome.UNKNOWN, T("unknown as long as the signature is"), "signature_unknown")
        return self.signatures.key

    def recognition(self) -> Finding:
        """The issuer is recognised for this scheme and these categories, at issue and on the date asked."""
        if self._left_out(Check.RECOGNITION):
            return _not_asked(Check.RECOGNITION)
        if self.trust is None:
            what = T("no trust list is at hand: nobody is known to be recognised")
            return Finding(Check.RECOGNITION, Outcome.UNKNOWN, what, "no_trust_list")
        answers = self._recognitions(self.trust)
        self.as_of.extend([answer.as_of for answer in answers if answer.as_of is not None])
        return (worst(answers) or answers[-1]).finding

    def _recognitions(self, trust: TrustModel) -> list[RecognitionAnswer]:
        """For each category, at issue and on the date asked."""
        issuer, document, at = self.secured.signer or "", self.secured.document, self.question.at
        signed = self.signatures.signed if self.signatures is not None else None
        days = [self.question.on] if signed is None else [signed.date(), self.question.on]
        return [
            trust.recognised(issuer, scheme, category, day, at=at)
            for scheme, category in pairs(schemes_of(document), categories_of(document))
            for day in days
        ]

    def status(self) -> Finding:
        """It is neither revoked nor suspended on the date asked, as fresh lists say."""
        if self._left_out(Check.STATUS):
            return _not_asked(Check.STATUS)
        if "credentialStatus" not in self.secured.document:
            what = T("it names no status list: whether it was withdrawn cannot be seen from it")
            return Finding(Check.STATUS, Outcome.NOT_ASKED, what, "no_status")
        answer = self.lists.status_of(self.secured.document, self.question.moment, now=self.question.at)
        if answer.as_of is not None:
            self.as_of.append(answer.as_of)
        return answer.finding

    def period(self) -> Finding:
        """The date asked lies within its validity, and within that of its proofs."""
        if self._left_out(Check.PERIOD):
            return _not_asked(Check.PERIOD)
        then, content = self.question.moment, self.content
        first, last = content.valid_from, content.valid_until
        for proof in self.secured.proofs:
            begins, ends = proof.not_before, proof.expires
            first = begins if begins is not None and (first is None or begins > first) else first
            last = ends if ends is not None and (last is None or ends < last) else last
        if first is not None and then < first:
            return Finding(
                Check.PERIOD, Outcome.FAILED, T("it is not valid before {day}", day=moment(first)), "not_yet"
            )
        if last is not None and then > last:
            return Finding(Check.PERIOD, Outcome.FAILED, T("it expired on {day}", day=moment(last)), "expired")
        return _in_time(self.question.on, current())

    def product(self) -> Finding:
        """The product asked about is one that it names."""
        if self.question.product is None or self._left_out(Check.PRODUCT):
            return _NO_PRODUCT.finding()
        answer = product_matches(self.secured.document, self.question.product)
        return Finding(Check.PRODUCT, _PRODUCT[answer.answer], answer.reason, answer.answer.value)

    def _left_out(self, check: Check) -> bool:
        return check not in self.question.checks

    #: The checks, in their order.
    STEPS: ClassVar[tuple[Callable[[_Course], Finding], ...]] = (
        well_formed, signature, key, recognition, status, period, product,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _in_time(on: date, _language: str) -> Finding:
    return Finding(Check.PERIOD, Outcome.PASSED, T("it is valid on {day}", day=on), "period")


_PRODUCT: Final = {
    ProductMatch.MATCH: Outcome.PASSED,
    ProductMatch.NONE: Outcome.FAILED,
    ProductMatch.CANNOT_TELL: Outcome.UNKNOWN,
}


_WELL_FORMED: Final = Always(Check.WELL_FORMED, Outcome.PASSED, N("it is well-formed"), "well_formed")
_NO_PRODUCT: Final = Always(Check.PRODUCT, Outcome.NOT_ASKED, N("no product was asked about"))
_NOT_ASKED: Final = {check: Always(check, Outcome.NOT_ASKED, N("not asked for")) for check in Check}


def _not_asked(check: Check) -> Finding:
    return _NOT_ASKED[check].finding()
