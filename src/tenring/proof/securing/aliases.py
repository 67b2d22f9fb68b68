"""Other names for what a verifier reads by its name: refused in documents that are signed as RDF.

The rdfc suites sign what a document means, not how it is written. JSON-LD lets anybody write a signed statement under
another name without breaking the signature: as a full address (`https://…#credentialStatus` in the place of
`credentialStatus`), or under a word that a context added to the document defines so. Whoever then reads the document
by its names, as every verifier does, no longer sees the status, the end of validity, or the product. So the names of
what the vocabularies of credentials define are these vocabularies' own: no key may be an address, and no context that
is written in a document may define another word for them. It may repeat that `id` is `@id` and `type` is `@type`, as
contexts of one type have to.
"""

from __future__ import annotations

from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.strict import JsonObject

#: Vocabularies whose words a verifier reads by name.
READ: Final = (
    "https://www.w3.org/2018/credentials",
    "https://www.w3.org/ns/credentials",
    "https://w3id.org/security",
    "https://vocabulary.uncefact.org/",
    "https://schema.org/name",
    "https://schema.org/description",
)
#: Names that every context of credentials gives to keywords.
_KEYWORDS: Final = {"id": "@id", "type": "@type"}
#: Schemes of addresses that are not abbreviations by a prefix of some context.
_SCHEMES: Final = ("urn", "did", "tag")


def require_read_by_name(document: JsonObject) -> None:
    """Refuse a document, signed as RDF, in which something is written under another name than its vocabulary's.

    Raises:
        MalformedError: a key is an address of such a vocabulary, or a keyword in the place of `id` or `type`; or a
            context in the document defines another word for one, or it cannot be told whether it does.
    """
    _look(document, "$")


def _look(value: object, path: str) -> None:
    if isinstance(value, list):
        for number, entry in enumerate(value):
            _look(entry, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key == "@context":
                _look_at_context(entry)
                continue
            keyword = key == "@id" or (key == "@type" and "@value" not in value)
            if keyword or (":" in key and _is_read(_whole(key, {}))):
                raise MalformedError(
                    T("{path} has {key} for a name, which nobody who reads names sees", path=path, key=repr(key))
                )
            _look(entry, f"{path}.{key}")


def _look_at_context(context: object) -> None:
    """Contexts by address are known by their hash, wherever this is asked; those in the document are anybody's."""
    if isinstance(context, list):
        for one in context:
            _look_at_context(one)
    elif isinstance(context, dict):
        for word, definition in context.items():
            whole = isinstance(definition, dict)
            address = definition.get("@id") if whole else definition
            if whole and "@context" in definition:
                _look_at_context(definition["@context"])
            if address is not None and (word == "@vocab" or not word.startswith("@")):
                _require_elsewhere(word, address, context)


def _require_elsewhere(word: str, address: object, context: dict[str, Any]) -> None:
    if word in _KEYWORDS and address == _KEYWORDS[word]:
        return
    if _is_read(_whole(address, context)):
        raise MalformedError(
            T("a context in the document gives {address} the name {word}", address=repr(address), word=repr(word))
        )


def _is_read(whole: str | None) -> bool:
    """Whether an address is, or may become, that of something that is read by name; what cannot be told may."""
    return whole is None or any(whole.startswith(read) or read.startswith(whole) for read in READ)


def _whole(address: object, context: dict[str, Any]) -> str | None:
    """The address in full; None: another context decides what it is."""
    if not isinstance(address, str):
        return None
    prefix, colon, rest = address.partition(":")
    if not colon or rest.startswith("//") or prefix in _SCHEMES:
        return address if colon else None
    meant = context.get(prefix)
    meant = meant.get("@id") if isinstance(meant, dict) else meant
    if not isinstance(meant, str) or "//" not in meant:
        return None
    return meant + rest
