"""Why a licence was found: the same ways that the index searched, tried on the texts of the licence itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tenring.language import T
from tenring.model.text import is_cjk, model_key
from tenring.register.search import tokens
from tenring.register.search.answer import Kind, Reason
from tenring.register.search.card import Card
from tenring.register.search.question import Way

#: A model counts as matched when it meets at least this share of what the best model of the licence meets.
_SHARE_OF_BEST = 0.5


def reasons(card: Card, ways: Iterable[Way]) -> tuple[Reason, ...]:
    """What was met, heaviest first."""
    found = [_reason(way, *met) for way in ways if (met := _met(way, card))]
    return tuple(sorted(found, key=lambda reason: -reason.weight))


def matched_models(card: Card, ways: Iterable[Way]) -> tuple[str, ...]:
    """The models that met what was typed, best first."""
    weights = dict.fromkeys(card.models, 0.0)
    for way in ways:
        for model in card.models:
            if _model_meets(way, model):
                weights[model] += way.weight
    best = max(weights.values(), default=0.0)
    matched = [model for model, weight in weights.items() if weight > 0 and weight >= best * _SHARE_OF_BEST]
    return tuple(sorted(matched, key=lambda model: (-weights[model], model)))


def _met(way: Way, card: Card) -> tuple[str, str] | None:
    """The field and text of the licence that meets a way; None when none does."""
    if way.kind is Kind.SYNONYM:
        return ("category", card.category) if card.category in way.among else None
    if way.kind is Kind.GTIN:
        return ("gtin", way.term) if way.term in card.gtins else None
    return next(((field, text) for field, text in _texts(card) if _meets(way, field, text)), None)


def _texts(card: Card) -> Iterator[tuple[str, str]]:
    """The texts of a licence with their field, those first in which a match says most."""
    models = (("model", model) for model in card.models)
    fields = (("brand", card.brand), ("name", card.name), *models, ("number", card.number), ("holder", card.holder))
    return ((field, text) for field, text in fields if text)


def _meets(way: Way, field: str, text: str) -> bool:
    if field == "model":
        return _model_meets(way, text)
    if field == "number" and way.kind in {Kind.NUMBER, Kind.PREFIX, Kind.WILDCARD}:
        return _key_meets(way, text)
    if field == "brand" and way.kind in {Kind.BRAND, Kind.WORD}:
        return way.term in tokens.brand_terms(text) or _word_meets(way, text)
    return way.kind is not Kind.BRAND and _word_meets(way, text)


def _model_meets(way: Way, model: str) -> bool:
    if way.kind is Kind.MODEL:
        return tokens.whole_key(model) == way.term
    if way.kind is Kind.PATTERN:
        return not way.among.isdisjoint(tokens.patterns(model))
    if way.kind in {Kind.PREFIX, Kind.WILDCARD} and _key_meets(way, model):
        return True
    return way.kind is not Kind.BRAND and _word_meets(way, model)


def _key_meets(way: Way, text: str) -> bool:
    if way.kind is Kind.NUMBER:
        return model_key(text) == way.term
    if way.kind is Kind.PREFIX:
        return any(key.startswith(way.term) for key in tokens.keys(text))
    pattern = re.compile(tokens.as_regex(way.term))
    return any(pattern.fullmatch(key) for key in tokens.keys(text)) or _word_meets(way, text)


def _word_meets(way: Way, text: str) -> bool:
    if way.kind is Kind.WORD:
        return way.term in tokens.word_terms(text)
    if way.kind is Kind.CHARACTERS:
        return any(way.term in run for run in tokens.runs(text)) or way.term in tokens.word_terms(text)
    if way.kind is Kind.WILDCARD and way.term.endswith("*"):
        return any(word.startswith(way.term[:-1]) for word in tokens.word_terms(text))
    return False


def _reason(way: Way, field: str, value: str) -> Reason:
    text = _sentence(way, field, value)
    return Reason(way.typed, way.kind, field, value, round(way.weight, 3), way.distance, text)


def _sentence(way: Way, field: str, value: str) -> str:
    said = T(_SENTENCES[way.kind], typed=_as_searched(way), field=T(_FIELDS[field]), value=value)
    if not way.distance:
        return said
    return T("{said} (typed “{typed}”, {count} letters corrected)", said=said, typed=way.typed, count=way.distance)


def _as_searched(way: Way) -> str:
    keeps_form = way.kind in {Kind.WORD, Kind.CHARACTERS, Kind.BRAND, Kind.SYNONYM} and is_cjk(way.term)
    return way.term if way.distance or keeps_form else way.typed


_SENTENCES = {
    Kind.NUMBER: "the licence number {value} was typed in full",
    Kind.GTIN: "the GTIN {value} was typed in full",
    Kind.MODEL: "“{typed}” is the model {value}",
    Kind.PATTERN: "“{typed}” is one of the models {value} of the register",
    Kind.PREFIX: "“{typed}” begins the {field} {value}",
    Kind.WILDCARD: "“{typed}” covers the {field} {value}",
    Kind.WORD: "“{typed}” is a word of the {field} {value}",
    Kind.CHARACTERS: "“{typed}” stands in the {field} {value}",
    Kind.BRAND: "“{typed}” is in the brand {value}",
    Kind.SYNONYM: "“{typed}” names the category {value}",
}

_FIELDS = {
    "number": "licence number",
    "gtin": "GTIN",
    "model": "model",
    "brand": "brand",
    "name": "name",
    "holder": "holder",
    "category": "category",
}
