"""A verification in one sentence for a person: whether it holds, what it is, what decided that; and as data."""

from __future__ import annotations

from typing import Final

from tenring.language import N, T
from tenring.proof.answers import Check, Said, Validity, Verification

_ANSWERS: Final = {
    Validity.VALID: N("Valid on {on}: {what}."),
    Validity.INVALID: N("Not valid on {on}: {what}: {why}."),
    Validity.INDETERMINATE: N("It cannot be said whether this is valid on {on}: {what}: {why}."),
}
#: The checks in words, in the order in which they are made.
CHECKS: Final = {
    Check.WELL_FORMED: N("Form"),
    Check.SIGNATURE: N("Signature"),
    Check.KEY: N("Issuer's key"),
    Check.RECOGNITION: N("Recognition of the issuer"),
    Check.STATUS: N("Status"),
    Check.PERIOD: N("Validity period"),
    Check.PRODUCT: N("Product"),
}
OUTCOMES: Final = {
    "passed": N("passed"),
    "failed": N("failed"),
    "unknown": N("unknown"),
    "not_asked": N("not asked"),
}
VALIDITIES: Final = {
    Validity.VALID: N("valid"),
    Validity.INVALID: N("not valid"),
    Validity.INDETERMINATE: N("cannot be said"),
}


def sentence(answer: Verification) -> str:
    """The whole answer as one sentence in the reader's language."""
    deciding = answer.deciding
    why = deciding.reason.rstrip(".。") if deciding else T("nothing was proven")
    return T(_ANSWERS[answer.validity], on=answer.on.isoformat(), what=what(answer.said), why=why)


def written(answer: Verification) -> dict[str, object]:
    """The answer as commands and the API write it for machines, with the sentence for a person."""
    return {
        "sentence": sentence(answer),
        "validity": answer.validity,
        "on": answer.on,
        "findings": answer.findings,
        "said": answer.said,
        "material_as_of": answer.material_as_of,
    }


def what(said: Said) -> str:
    """What the credential says that it is: a certificate, of whom, for what, by whom."""
    if said.number is None and said.issuer is None:
        return T("a document that names no issuer")
    named = T("certificate {number}", number=said.number) if said.number else T("a credential")
    parts = [named]
    if said.holder:
        parts.append(T("of {holder}", holder=said.holder))
    if said.products:
        more = len(said.products) - 1
        product = said.products[0]
        parts.append(
            T("for {product} and {count} more", product=product, count=more)
            if more
            else T("for {product}", product=product)
        )
    parts.append(T("issued by {issuer}", issuer=said.issuer_name or said.issuer or T("nobody named")))
    return T(", ").join(parts)
