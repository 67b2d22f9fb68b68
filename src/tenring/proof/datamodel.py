"""The form of credentials and presentations: W3C VC Data Model 2.0, every MUST that one document can break by itself.

`require_credential` and `require_presentation` look at the JSON alone, need nothing else, and name the place of the
first thing that is wrong. Whether its terms are defined by its contexts is another question
(`securing.rdf.require_terms`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.contexts import CREDENTIALS
from tenring.proof.moment import read_moment
from tenring.proof.securing.secured import (
    CREDENTIAL,
    ENVELOPED_CREDENTIAL,
    ENVELOPED_PRESENTATION,
    PRESENTATION,
)
from tenring.proof.strict import JsonObject
from tenring.proof.urls import is_url

_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_DIRECTIONS: Final = ("ltr", "rtl")
_WORD_KEYS: Final = frozenset({"@value", "@language", "@direction"})
_INTEGRITY: Final = re.compile(
    r"(sha(256|384|512)-[A-Za-z0-9+/]+={0,2})(\s+sha(256|384|512)-[A-Za-z0-9+/]+={0,2})*", re.ASCII
)
_MULTIBASE: Final = re.compile(r"z[1-9A-HJ-NP-Za-km-z]+|u[A-Za-z0-9_-]+", re.ASCII)
#: Properties whose values are objects that say their type (sections 4.5, 5.10); the second part: those that need an id.
_TYPED: Final = {
    "credentialStatus": False,
    "credentialSchema": True,
    "refreshService": False,
    "termsOfUse": False,
    "evidence": False,
    "renderMethod": False,
    "confidenceMethod": False,
}


def require_credential(credential: JsonObject) -> None:
    """Refuse what is no credential of the data model.

    Raises:
        MalformedError: with the place of the first thing that is wrong.
    """
    _require_head(credential, CREDENTIAL, "$")
    _require_body(credential, "$")


def require_presentation(presentation: JsonObject) -> None:
    """Refuse what is no presentation of the data model, or one that presents what is no credential.

    Raises:
        MalformedError: with the place of the first thing that is wrong.
    """
    _require_head(presentation, PRESENTATION, "$")
    if "holder" in presentation:
        _require_party(presentation["holder"], "$.holder")
    if "termsOfUse" in presentation:
        _each(presentation["termsOfUse"], "$.termsOfUse", _require_typed)
    if "verifiableCredential" in presentation:
        _each(presentation["verifiableCredential"], "$.verifiableCredential", _require_presented, empty=True)
    if "proof" in presentation:
        _each(presentation["proof"], "$.proof", _require_typed)


def _require_head(document: JsonObject, kind: str, path: str) -> None:
    """Context, type and identifier."""
    _require_context(document.get("@context"), path)
    if kind not in _types(document, path):
        raise _wrong(T("{path} does not name {kind}", path=f"{path}.type", kind=kind))
    if "id" in document and not is_url(document["id"]):
        raise _no_url(document["id"], f"{path}.id")


def _require_context(context: object, path: str) -> None:
    """An ordered set that begins with the context of the data model (section 4.3)."""
    if not isinstance(context, list) or not context:
        raise _wrong(T("{path} is missing or no list", path=f"{path}.@context"))
    if context[0] != CREDENTIALS:
        raise _wrong(T("{path} does not begin with {context}", path=f"{path}.@context", context=CREDENTIALS))
    for index, entry in enumerate(context[1:], 1):
        if not isinstance(entry, dict) and not is_url(entry):
            raise _wrong(T("{path} is neither a URL nor an object", path=f"{path}.@context[{index}]"))


def _types(holder: JsonObject, path: str) -> list[str]:
    """Its types: one or more terms or URLs (section 4.5)."""
    value = holder.get("type")
    if isinstance(value, str) and value and ":" not in value:
        return [value]
    types: list[Any] = value if isinstance(value, list) else [value]
    urls = []
    for name in types:
        if not isinstance(name, str) or not name:
            break
        if ":" in name:
            urls.append(name)
    else:
        for name in urls:
            if not is_url(name):
                raise _wrong(T("{path} is not a URL: {value}", path=f"{path}.type", value=repr(name)))
        if types:
            return types
    raise _wrong(T("{path} is missing or no text", path=f"{path}.type"))


def _require_body(credential: JsonObject, path: str) -> None:
    """What a credential holds beside its head."""
    if "issuer" not in credential:
        raise _wrong(T("{path} is missing", path=f"{path}.issuer"))
    _require_party(credential["issuer"], f"{path}.issuer")
    if "credentialSubject" not in credential:
        raise _wrong(T("{path} is missing", path=f"{path}.credentialSubject"))
    _each(credential["credentialSubject"], f"{path}.credentialSubject", _require_subject)
    _require_words(credential, path)
    _require_period(credential, path)
    for name, identified in _TYPED.items():
        if name in credential:
            _each(credential[name], f"{path}.{name}", _require_identified if identified else _require_typed)
    if "relatedResource" in credential:
        _require_related(credential["relatedResource"], f"{path}.relatedResource")
    if "proof" in credential:
        _each(credential["proof"], f"{path}.proof", _require_typed)


def _require_party(party: object, path: str) -> None:
    """An issuer or holder: a URL, or an object that has one as its id (sections 4.7, 4.13)."""
    if not isinstance(party, dict):
        if not is_url(party):
            raise _no_url(party, path)
        return
    if not is_url(party.get("id")):
        raise _no_url(party.get("id"), f"{path}.id")
    _require_words(party, path)


def _require_words(document: JsonObject, path: str) -> None:
    """Names and descriptions: text, or objects of text with language and direction (sections 4.6, 11.1)."""
    for name in ("name", "description"):
        value = document.get(name, "")
        if not isinstance(value, str):
            _each(value, f"{path}.{name}", _require_word)


def _require_word(word: object, path: str) -> None:
    if isinstance(word, str):
        return
    if not isinstance(word, dict) or not _WORD_KEYS.issuperset(word) or not isinstance(word.get("@value"), str):
        raise _wrong(T("{path} is neither text nor an object of @value, @language and @direction", path=path))
    language = word.get("@language", "en")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise _wrong(T("{path} is no language tag such as en or zh-Hans", path=f"{path}.@language"))
    if word.get("@direction", "ltr") not in _DIRECTIONS:
        raise _wrong(T("{path} is neither ltr nor rtl", path=f"{path}.@direction"))


def _require_subject(subject: object, path: str) -> None:
    """Something that is said of someone (section 4.8)."""
    if not isinstance(subject, dict) or not subject:
        raise _wrong(T("{path} is no object that says something", path=path))
    if "id" in subject and not is_url(subject["id"]):
        raise _no_url(subject["id"], f"{path}.id")


def _require_period(credential: JsonObject, path: str) -> None:
    """From when, and until when, not before it (section 4.9)."""
    start = read_moment(credential["validFrom"], f"{path}.validFrom") if "validFrom" in credential else None
    end = read_moment(credential["validUntil"], f"{path}.validUntil") if "validUntil" in credential else None
    if start and end and end < start:
        raise _wrong(T("{path} is before validFrom", path=f"{path}.validUntil"))


def _require_typed(value: object, path: str) -> None:
    """An object with its type, and a URL as its id where it has one."""
    if not isinstance(value, dict):
        raise _wrong(T("{path} is no object", path=path))
    _types(value, path)
    if "id" in value and not is_url(value["id"]):
        raise _no_url(value["id"], f"{path}.id")


def _require_identified(value: object, path: str) -> None:
    """An object with its type and id."""
    _require_typed(value, path)
    if isinstance(value, dict) and "id" not in value:
        raise _wrong(T("{path} is missing", path=f"{path}.id"))


def _require_related(value: object, path: str) -> None:
    """Resources, each once, with a digest (section 5.3)."""
    seen: set[str] = set()

    def require(resource: object, place: str) -> None:
        if not isinstance(resource, dict):
            raise _wrong(T("{path} is no object", path=place))
        if not is_url(resource.get("id")):
            raise _no_url(resource.get("id"), f"{place}.id")
        if resource["id"] in seen:
            raise _wrong(T("{path} stands there twice", path=f"{place}.id"))
        seen.add(resource["id"])
        _require_digest(resource, place)

    _each(value, path, require)


def _require_digest(resource: JsonObject, path: str) -> None:
    if "digestSRI" not in resource and "digestMultibase" not in resource:
        raise _wrong(T("{path} has neither digestSRI nor digestMultibase", path=path))
    for name, form in (("digestSRI", _INTEGRITY), ("digestMultibase", _MULTIBASE)):
        value = resource.get(name)
        if name in resource and not (isinstance(value, str) and form.fullmatch(value)):
            raise _wrong(T("{path} is no digest: {value}", path=f"{path}.{name}", value=repr(value)))
    if not isinstance(resource.get("mediaType", ""), str):
        raise _wrong(T("{path} is missing or no text", path=f"{path}.mediaType"))


def _require_presented(value: object, path: str) -> None:
    """A credential in a presentation: itself, or enveloped (section 4.13)."""
    if not isinstance(value, dict):
        raise _wrong(T("{path} is no object", path=path))
    types = _types(value, path)
    if ENVELOPED_CREDENTIAL in types or ENVELOPED_PRESENTATION in types:
        _require_envelope(value, path)
        return
    _require_head(value, PRESENTATION if PRESENTATION in types else CREDENTIAL, path)
    if PRESENTATION not in types:
        _require_body(value, path)


def _require_envelope(value: JsonObject, path: str) -> None:
    """A `data:` URL in an object with a context (sections 4.13.1, 4.13.2)."""
    context = value.get("@context")
    if CREDENTIALS not in (context if isinstance(context, list) else [context]):
        raise _wrong(T("{path} does not begin with {context}", path=f"{path}.@context", context=CREDENTIALS))
    url = value.get("id")
    if not isinstance(url, str) or not url.startswith("data:") or "," not in url:
        raise _wrong(T("{path} is no data: URL", path=f"{path}.id"))


def _no_url(value: object, path: str) -> MalformedError:
    """It is no URL where one has to stand (section 4.4)."""
    return _wrong(T("{path} is not a URL: {value}", path=path, value=repr(value)[:100]))


def _each(value: Any, path: str, require: Callable[[object, str], None], *, empty: bool = False) -> None:  # noqa: ANN401
    """Require something of a value, or of each of a list of them."""
    if not isinstance(value, list):
        require(value, path)
        return
    if not value and not empty:
        raise _wrong(T("{path} is empty", path=path))
    for index, entry in enumerate(value):
        require(entry, f"{path}[{index}]")


def _wrong(what: str) -> MalformedError:
    return MalformedError(what)
