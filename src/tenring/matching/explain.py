"""The features of a match in words: what met what, and what each rule took off."""

from __future__ import annotations

from collections.abc import Mapping

from tenring.language import T
from tenring.matching.v1.weights import AGAINST_MODEL, AGAINST_NUMBER, AGAINST_TEXT, HOLDS_TEXT

#: Rule -> its public documentation.
_WHY = {rule.name: rule.why for rules in (AGAINST_MODEL, AGAINST_NUMBER, AGAINST_TEXT, HOLDS_TEXT) for rule in rules}
#: Features of the card that are told, the weightiest first.
_TOLD = 6


def in_words(features: Mapping[str, object]) -> list[str]:
    """One phrase for each feature, in the order of the score."""
    return [_phrase(name, value) for name, value in features.items() if value is not None]


def _phrase(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return _of_card(value)
    if isinstance(value, str):
        return _said(name, value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return f"{name}: {value}"
    if name in _WHY:
        return T("{points} for {rule}: {why}", points=f"{value:+.2f}", rule=name, why=T(_WHY[name]))
    known = {
        "certificate": T("the certificate number is the same"),
        "gtin": T("the GTIN is the same"),
        "worth": T("what such a code is worth"),
        "chance": T("the chance of the card that both texts are one product"),
        "shared": T("rare words that both sides have"),
        "held": T("what holds it below the threshold"),
        "confirmed": T("a person confirmed it"),
    }.get(name, name)
    return T("{points} for {what}", points=f"{value:+.2f}", what=known)


def _of_card(card: Mapping[str, Mapping[str, object]]) -> str:
    """The weightiest features of the card: what each saw, and its points (log-odds)."""
    told = [f"{name} {part['is']}: {part['points']:+.2f}" for name, part in list(card.items())[:_TOLD]]
    return T("the card's weightiest features: {features}", features="; ".join(told))


def _said(name: str, value: str) -> str:
    known = {
        ("brand", "agrees"): T("the brands agree"),
        ("brand", "absent"): T("one side names no brand"),
        ("brand", "contradicts"): T("the brands contradict each other"),
        ("category", "agrees"): T("the categories agree"),
        ("category", "unknown"): T("a category is not known"),
        ("category", "contradicts"): T("the categories contradict each other"),
        ("kind", "model"): T("a stated model"),
        ("kind", "additional"): T("a further model"),
        ("kind", "wildcard"): T("a model with wildcards"),
        ("kind", "family"): T("a family of models"),
        ("kind", "series"): T("a family's name with wildcards"),
        ("kind", "name"): T("a code in the name"),
    }
    if name == "not_compared":
        return T("its text was not compared: another brand, category or code is named, so no words could make it sure")
    if name == "held_by":
        reasons = "; ".join(f"{rule}: {T(_WHY[rule])}" for rule in value.split(", "))
        return T("never sure by words alone, because of {reasons}", reasons=reasons)
    if name == "code":
        return T("the code {code} is on both sides", code=value)
    return known.get((name, value), f"{name}: {value}")
