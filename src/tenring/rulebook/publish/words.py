"""The words of the model as pages write them, in the language in use."""

from __future__ import annotations

from tenring.language import N, T
from tenring.rulebook.revision import Needed

_WORDS = {
    # marks
    "read": N("read in the official document"),
    "secondary": N("from a second-hand source"),
    "unverified": N("unverified"),
    # roles
    "mandatory": N("mandatory"),
    "optional": N("gives points"),
    "preferred": N("preferred"),
    "award": N("award criterion"),
    "contract": N("contract clause"),
    "information": N("to be disclosed"),
    # evidence
    "test_report": N("test report"),
    "declaration": N("declaration"),
    "supplier_declaration": N("declaration of the supplier"),
    "safety_data_sheet": N("safety data sheet"),
    "certificate": N("certificate"),
    "chain_of_custody": N("chain of custody"),
    "calculation": N("calculation"),
    "documentation": N("documentation"),
    "site_visit": N("visit of the site"),
    "invoices": N("invoices"),
    "label": N("label"),
    "register": N("register of the programme"),
    # issuers
    "applicant": N("applicant"),
    "supplier": N("supplier"),
    "laboratory": N("laboratory"),
    "authority": N("authority"),
    "programme": N("programme"),
    # kinds of property
    "number": N("a number"),
    "text": N("a word"),
    "class": N("a class, from worst to best"),
    "flag": N("yes or no"),
    "set": N("several words"),
    "substances": N("a list of substances"),
    "date": N("a day"),
    # equivalences
    "declared": N("declared: counts for these criteria"),
    "estimate": N("estimate: never counts in a judgement"),
    "unit_conversion": N("the same, in another unit"),
    "different": N("different: another measurand"),
    # status
    "proposed": N("not yet in force"),
    "active": N("in force"),
    "deprecated": N("superseded or ended"),
}


def word(name: str) -> str:
    """A word of the model in the language in use; one that has no other name stands for itself."""
    return T(_WORDS[name]) if name in _WORDS else name


def evidence_text(needed: Needed) -> str:
    """`test report (EN 717-1; at most 365 days old; accredited)`."""
    details = [" / ".join(needed.methods)] if needed.methods else []
    details += [T("at most {days} days old", days=needed.max_age_days)] if needed.max_age_days else []
    details += [T("accredited")] if needed.accredited else []
    details += [T("by: {issuers}", issuers=" / ".join(map(word, needed.issuers)))] if needed.issuers else []
    details += [T("of at least {count} samples", count=needed.samples)] if needed.samples else []
    return word(needed.kind) + (f" ({'; '.join(details)})" if details else "")
