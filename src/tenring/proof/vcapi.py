"""The VC-API over HTTP: issue and verify as the suites of the W3C call it (https://w3c-ccg.github.io/vc-api/).

    POST /credentials/issue      {"credential": {...}, "options": {...}}           -> 201 {"verifiableCredential": ...}
    POST /credentials/verify     {"verifiableCredential": ..., "options": {...}}   -> 200, or 400 when it does not hold
    POST /presentations/verify   {"verifiablePresentation": ..., "options": {...}} -> 200, or 400 when it does not hold

`Api` is a WSGI application: any server runs it, and another application can mount it. Whoever can reach it can have
credentials signed, so `tenring vc-api` listens on the loopback address unless told otherwise. It answers whether a
credential holds; whether its issuer is recognised it says only where a trust list was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tenring.exceptions import MalformedError, MaterialError, ProofError
from tenring.language import T
from tenring.proof.answers import Check, Validity, Verification
from tenring.proof.contexts import CREDENTIALS, OWN
from tenring.proof.datamodel import require_credential
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Material
from tenring.proof.moment import moment
from tenring.proof.related import require_known_resources
from tenring.proof.securing import add_proof, open_secured, sign_jwt
from tenring.proof.securing.opening import contained
from tenring.proof.securing.rdf import require_terms
from tenring.proof.securing.secured import ENVELOPED_CREDENTIAL
from tenring.proof.strict import LIMITS, JsonObject, read_object
from tenring.proof.verify import ALL, Question, Verifier

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_MODEL: Final = "https://www.w3.org/TR/vc-data-model#"
#: Types of problem by the check that failed (VC data model 2.0, section 7.2; Data Integrity 1.0, section 4.7).
_PROBLEMS: Final = {
    Check.WELL_FORMED: f"{_MODEL}MALFORMED_VALUE_ERROR",
    Check.SIGNATURE: "https://w3id.org/security#PROOF_VERIFICATION_ERROR",
}
_OTHER_PROBLEM: Final = f"{_MODEL}CRYPTOGRAPHIC_SECURITY_ERROR"
#: The checks of the VC-API's `options.checks`, as far as they are ours; `proof` is what always is looked at.
_CHECKS: Final = {"proof": Check.SIGNATURE, "status": Check.STATUS, "credentialStatus": Check.STATUS}
_FORMATS: Final = ("vc+jwt", "jwt_vc_json", "application/vc+jwt")
#: What a presentation may carry at most; each is verified.
MOST_CREDENTIALS: Final = 100


class RefusedError(Exception):
    """A request that gets a problem instead of a result."""

    def __init__(self, status: HTTPStatus, title: str, kind: str = "about:blank") -> None:
        self.status, self.title, self.kind = status, title, kind
        super().__init__(title)


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    status: HTTPStatus
    body: JsonObject


@dataclass(frozen=True)
class Api:
    """The application. `now` tells the moment of a request; `signer` issues under the DID `issuer`."""

    verifier: Verifier
    signer: Signer
    issuer: str
    now: Callable[[], datetime]
    contexts: Material = OWN
    recognition: bool = False
    """Whether the issuers of credentials must be recognised: the verifier then holds a trust list."""
    format: str = "eddsa-jcs-2022"
    """How it issues unless a request says otherwise: a cryptosuite we sign with, or `vc+jwt`."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """One request (PEP 3333)."""
        try:
            reply = self._answer(environ)
        except RefusedError as error:
            reply = Reply(error.status, {"errors": [_problem(error.status, error.title, error.kind)]})
        except ProofError as error:
            status = HTTPStatus.BAD_REQUEST
            reply = Reply(status, {"errors": [_problem(status, str(error), _PROBLEMS[Check.WELL_FORMED])]})
        return _send(reply, start)

    def _answer(self, environ: WSGIEnvironment) -> Reply:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        routes = {
            "/credentials/issue": self.issue,
            "/credentials/verify": self.verify_credential,
            "/presentations/verify": self.verify_presentation,
        }
        if path == "/" and method == "GET":
            return Reply(HTTPStatus.OK, {"issuer": self.issuer, "format": self.format, "endpoints": sorted(routes)})
        if path not in routes:
            raise RefusedError(HTTPStatus.NOT_FOUND, T("there is nothing at {path}", path=path[:200]))
        if method != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, T("{path} is asked by POST", path=path))
        return routes[path](_body(environ))

    def issue(self, request: JsonObject) -> Reply:
        """Sign a credential under our own DID. Another issuer's name in it is replaced: we sign for nobody else.

        A proof that is there already stays, beside ours; a token cannot carry it.
        """
        credential, options = _object(request, "credential"), _options(request)
        require_credential(credential)
        require_known_resources(credential)
        self._require_meaning(credential)
        named = credential["issuer"]
        ours = credential | {"issuer": named | {"id": self.issuer} if isinstance(named, dict) else self.issuer}
        wanted = options.get("format") or options.get("cryptosuite") or self.format
        if wanted in _FORMATS:
            if "proof" in credential:
                raise RefusedError(HTTPStatus.BAD_REQUEST, T("a token cannot carry the proof that the credential has"))
            return Reply(
                HTTPStatus.CREATED,
                {"verifiableCredential": _enveloped(sign_jwt(ours, self.signer, iat=int(self.now().timestamp())))},
            )
        secured = add_proof(ours, self.signer, created=self.now(), cryptosuite=str(wanted))
        return Reply(HTTPStatus.CREATED, {"verifiableCredential": secured})

    def _require_meaning(self, credential: JsonObject) -> None:
        """Refuse terms that no context defines, as far as the contexts are at hand: they would mean nothing."""
        with suppress(MaterialError):
            require_terms(credential, self.contexts)

    def verify_credential(self, request: JsonObject) -> Reply:
        """Verify one credential: an object with a proof, an enveloped one, or a token as text."""
        options = _options(request)
        _require_purpose(options, "assertionMethod")
        raw = _secured_bytes(request, "verifiableCredential")
        return self._reply([self.verifier.verify(raw, self._question(options))])

    def verify_presentation(self, request: JsonObject) -> Reply:
        """Verify a presentation and every credential in it."""
        options = _options(request)
        _require_purpose(options, "authentication")
        raw = _secured_bytes(request, "verifiablePresentation")
        domain, challenge = (_text(options, name) for name in ("domain", "challenge"))
        question = self._question(options)
        first = self.verifier.verify(raw, question.addressed(domain, challenge))
        if first.validity is not Validity.VALID:
            return self._reply([first])
        presentation = open_secured(raw).document
        _require_few(presentation)
        own = len(_carried(presentation)) - len(contained(presentation))
        answers = [self.verifier.verify_secured(one, question) for one in contained(presentation)]
        return self._reply([first, *answers], own)

    def _question(self, options: JsonObject) -> Question:
        """What is asked: today, and recognition only where a trust list was given."""
        at = self.now()
        checks = options.get("checks")
        asked = set(ALL) - {Check.PRODUCT} - (set() if self.recognition else {Check.RECOGNITION})
        if isinstance(checks, list) and checks and Check.STATUS not in {_CHECKS.get(str(one)) for one in checks}:
            asked.discard(Check.STATUS)
        return Question(on=at.date(), at=at, checks=frozenset(asked))

    def _reply(self, answers: list[Verification], own: int = 0) -> Reply:
        """200 when all hold; else 400 with what is wrong. What cannot be decided does not hold.

        `own`: credentials that the holder says of itself, secured by the presentation.
        """
        good = all(answer.validity is Validity.VALID for answer in answers)
        status = HTTPStatus.OK if good else HTTPStatus.BAD_REQUEST
        body: JsonObject = {
            "verified": good,
            "checks": [check.value for check in Check if check is not Check.PRODUCT],
            "warnings": [T("{count} credentials are the holder's own word", count=own)] if own else [],
            "errors": [_problem_of(answer) for answer in answers if answer.validity is not Validity.VALID],
            "results": [_result(answer) for answer in answers],
        }
        return Reply(status, body)


def _result(answer: Verification) -> JsonObject:
    findings = [
        {"check": one.check.value, "outcome": one.outcome.value, "code": one.code, "reason": one.reason}
        for one in answer.findings
    ]
    as_of = {} if answer.material_as_of is None else {"materialAsOf": moment(answer.material_as_of)}
    return {"validity": answer.validity.value, "on": answer.on.isoformat(), "findings": findings} | as_of


def _problem_of(answer: Verification) -> JsonObject:
    finding = answer.deciding
    if finding is None:
        return _problem(HTTPStatus.BAD_REQUEST, T("nothing was proven"), _OTHER_PROBLEM)
    kind = _PROBLEMS.get(finding.check, _OTHER_PROBLEM)
    return _problem(HTTPStatus.BAD_REQUEST, finding.reason, kind)


def _problem(status: HTTPStatus, title: str, kind: str) -> JsonObject:
    """One problem as RFC 9457 has it."""
    return {"type": kind, "title": title, "status": int(status)}


def _body(environ: WSGIEnvironment) -> JsonObject:
    """The JSON object of a request; its size is known before anything is read."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if not 0 < length <= LIMITS.bytes:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > LIMITS.bytes else HTTPStatus.BAD_REQUEST
        raise RefusedError(status, T("send a JSON object of at most {limit} bytes", limit=f"{LIMITS.bytes:,}"))
    return read_object(environ["wsgi.input"].read(length))


def _object(request: JsonObject, name: str) -> JsonObject:
    value = request.get(name)
    if not isinstance(value, dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, T("{name} is missing, or no JSON object", name=name))
    return value


def _options(request: JsonObject) -> JsonObject:
    return {} if request.get("options") is None else _object(request, "options")


def _text(options: JsonObject, name: str) -> str | None:
    value = options.get(name)
    if value is None or isinstance(value, str):
        return value
    raise RefusedError(HTTPStatus.BAD_REQUEST, T("{name} is no text", name=f"options.{name}"))


def _require_purpose(options: JsonObject, purpose: str) -> None:
    """Refuse a request for proofs of another purpose than the one that counts here (Data Integrity 1.0, 4.4)."""
    wanted = _text(options, "expectedProofPurpose")
    if wanted not in {None, purpose}:
        title = T("its proof is for {purpose}, not for {wanted}", purpose=purpose, wanted=wanted)
        raise RefusedError(HTTPStatus.BAD_REQUEST, title, _PROBLEMS[Check.SIGNATURE])


def _secured_bytes(request: JsonObject, name: str) -> bytes:
    """What is to be verified, as bytes: a token sent as text, or an object."""
    value = request.get(name)
    if isinstance(value, str):
        return value.encode()
    return json.dumps(_object(request, name), ensure_ascii=False).encode()


def _enveloped(token: str) -> JsonObject:
    """A token as the VC-API hands it out."""
    return {
        "@context": [CREDENTIALS],
        "type": ENVELOPED_CREDENTIAL,
        "id": f"data:application/vc+jwt,{token}",
    }


def _carried(presentation: JsonObject) -> list[object]:
    carried = presentation.get("verifiableCredential", [])
    return carried if isinstance(carried, list) else [carried]


def _require_few(presentation: JsonObject) -> None:
    """Each credential is verified: refuse more than anybody shows."""
    if len(_carried(presentation)) > MOST_CREDENTIALS:
        raise MalformedError(
            T("a presentation of more than {limit} credentials is not verified", limit=MOST_CREDENTIALS)
        )


def _send(reply: Reply, start: StartResponse) -> Iterable[bytes]:
    body = json.dumps(reply.body, ensure_ascii=False).encode()
    kind = "application/json" if reply.status < HTTPStatus.BAD_REQUEST else "application/problem+json"
    headers = [
        ("Content-Type", kind), ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
    ]  # fmt: skip
    start(f"{reply.status.value} {reply.status.phrase}", headers)
    return [body]
