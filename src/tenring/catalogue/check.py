"""Checks the catalogue as a whole: what no single file can know.

A file's own format is the loaders' business. Here every reference must lead somewhere, one phrase must mean one
category, and every code must exist in the published list of its scheme. Beside the problems stands what is allowed but
worth knowing: codes that several categories share, and how much of each scheme, language and rule is covered.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tenring.catalogue import Catalogue, Categories
from tenring.catalogue.categories import Category, Scheme
from tenring.catalogue.files import Mark
from tenring.catalogue.rules import ANY_CATEGORY, Item, Rule
from tenring.model.text import model_key, normal

#: A synonym of one letter or ideograph is found everywhere and therefore means nothing; a name may be that short.
SHORTEST_SYNONYM = 2


@dataclass(frozen=True)
class Problem:
    """Something an official has to mend: the file (below the catalogue), what is wrong, what to do."""

    file: str
    what: str
    do: str


@dataclass(frozen=True)
class SharedCode:
    """A code of several categories none of which stands above the others: words decide between them."""

    scheme: str
    code: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How many of the published codes lead to a category."""

    published: int
    covered: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.covered / self.published if self.published else 0.0


@dataclass(frozen=True)
class SchemeReport:
    """What the categories say about one scheme; coverage is None when its published list is not at hand."""

    scheme: str
    categories: int
    codes: int
    coverage: Coverage | None
    divisions: Mapping[str, Coverage]
    """First two digits of a code (a letter and two digits in the Chinese catalogues) -> coverage."""


@dataclass(frozen=True)
class ItemReport:
    """What the items of the rules lead to."""

    items: int
    any_category: int
    """Items that cover every category in which an accepted programme has licences."""
    categories: int
    """Different categories that some rule names."""


@dataclass(frozen=True)
class CheckReport:
    """The whole answer; the catalogue is clean when there is no problem."""

    problems: tuple[Problem, ...]
    shared: tuple[SharedCode, ...]
    parts: Mapping[str, int]
    """Number of files of each part of the catalogue."""
    unlabelled: int
    """Categories that no label programme is known to cover."""
    languages: Mapping[str, int]
    """Language -> categories that have a name in it."""
    schemes: tuple[SchemeReport, ...]
    items: ItemReport
    marks: Mapping[str, Mapping[Mark, int]]
    """Part of the catalogue -> how many of its statements are read, secondary, unverified."""


@dataclass(frozen=True)
class RegisterReferences:
    """What a register's definition refers to."""

    file: str
    programme: str
    categories: tuple[str, ...]


def check(
    catalogue: Catalogue,
    *,
    registers: Iterable[RegisterReferences] = (),
    published: Mapping[str, frozenset[str]] | None = None,
) -> CheckReport:
    """Check the whole catalogue.

    Args:
        catalogue: the catalogue of one folder.
        registers: what the registers of that folder refer to.
        published: scheme -> codes of its published list; codes of other schemes are not checked.

    Raises:
        CatalogueError: a file breaks its own format, so that there is no catalogue to check.
    """
    published, registers = published or {}, tuple(registers)
    _ = catalogue.brands  # read here only so that a broken file is told
    categories = catalogue.categories
    problems = (
        *_phrase_problems(categories),
        *_code_problems(categories, published),
        *_rule_problems(catalogue),
        *_agreement_problems(catalogue),
        *_register_problems(catalogue, registers),
    )
    return CheckReport(
        problems=tuple(sorted(problems, key=lambda problem: (problem.file, problem.what))),
        shared=tuple(_shared_codes(categories)),
        parts=_parts(catalogue, registers),
        unlabelled=sum(not category.labelled for category in categories.by_id.values()),
        languages=dict(Counter(name for c in categories.by_id.values() for name in c.names).most_common()),
        schemes=tuple(_scheme_report(scheme, categories, published) for scheme in categories.schemes.values()),
        items=_item_report(catalogue.rules.values()),
        marks=_marks(catalogue),
    )


def _parts(catalogue: Catalogue, registers: tuple[RegisterReferences, ...]) -> dict[str, int]:
    return {
        "categories": len(catalogue.categories.by_id),
        "programmes": len(catalogue.programmes),
        "rules": len(catalogue.rules),
        "recognition": len(catalogue.agreements),
        "registers": len(registers),
    }


# ---- words


def _phrase_problems(categories: Categories) -> Iterator[Problem]:
    owners: dict[str, list[str]] = defaultdict(list)
    for category in categories.by_id.values():
        for phrase in dict.fromkeys(normal(phrase) for phrase in category.phrases()):
            owners[phrase].append(category.id)
        yield from _own_phrase_problems(category)
    for phrase, ids in owners.items():
        for other in ids[1:]:
            what = f"{phrase!r} is also a name or synonym of {ids[0]}"
            yield Problem(_category_file(other), what, "Keep it in the category that buyers mean by it.")


def _own_phrase_problems(category: Category) -> Iterator[Problem]:
    file = _category_file(category.id)
    for language, synonyms in category.synonyms.items():
        for synonym in synonyms:
            if len(model_key(synonym)) < SHORTEST_SYNONYM:
                what = f"synonyms.{language}: {synonym!r} is too short to be told from other words"
                yield Problem(file, what, "Remove it, or write a longer one.")
        for phrase, times in Counter(normal(synonym) for synonym in synonyms).items():
            if times > 1:
                yield Problem(file, f"synonyms.{language}: {phrase!r} stands there twice", "Remove one.")


def _category_file(category: str) -> str:
    return f"categories/{category}.yml"


# ---- codes


def _code_problems(categories: Categories, published: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    for category in categories.by_id.values():
        for scheme, codes in category.codes.items():
            for code, times in Counter(codes).items():
                if times > 1:
                    yield Problem(
                        _category_file(category.id), f"codes.{scheme}: {code} stands there twice", "Remove one."
                    )
                if scheme in published and code not in published[scheme]:
                    what = f"codes.{scheme}: {code} is not in the published list of {scheme}"
                    yield Problem(_category_file(category.id), what, "Look it up, with the edition.")


def _shared_codes(categories: Categories) -> Iterator[SharedCode]:
    owners: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for category in categories.by_id.values():
        for scheme, codes in category.codes.items():
            for code in codes:
                owners[scheme, categories.schemes[scheme].stem(code)][category.id] = code
    for (scheme, _), codes_of in sorted(owners.items()):
        apart = sorted(one for one in codes_of if any(_apart(categories, one, other) for other in codes_of))
        if apart:
            yield SharedCode(scheme, codes_of[apart[0]], tuple(apart))


def _apart(categories: Categories, one: str, other: str) -> bool:
    """Whether neither of two categories stands above the other."""
    return one not in categories.ancestors(other) and other not in categories.ancestors(one)


def _scheme_report(scheme: Scheme, categories: Categories, published: Mapping[str, frozenset[str]]) -> SchemeReport:
    own = [codes for category in categories.by_id.values() if (codes := category.codes.get(scheme.id))]
    divisions = dict(sorted(_divisions(scheme, categories, published.get(scheme.id, frozenset()))))
    total = Coverage(
        published=sum(division.published for division in divisions.values()),
        covered=sum(division.covered for division in divisions.values()),
    )
    return SchemeReport(
        scheme=scheme.id,
        categories=len(own),
        codes=len({code for codes in own for code in codes}),
        coverage=total if scheme.id in published else None,
        divisions=divisions,
    )


def _divisions(scheme: Scheme, categories: Categories, published: frozenset[str]) -> Iterator[tuple[str, Coverage]]:
    codes: dict[str, list[str]] = defaultdict(list)
    for code in published:
        codes[code[: 2 if code[0].isdigit() else 3]].append(code)
    for division, listed in codes.items():
        covered = sum(categories.by_code(scheme.id, code) is not None for code in listed)
        yield division, Coverage(published=len(listed), covered=covered)


# ---- references


def _rule_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for rule in catalogue.rules.values():
        file = f"rules/{rule.id}.yml"
        yield from _unknown(file, "proof.programmes", rule.proof.programmes, catalogue.programmes)
        yield from _unknown(file, "below", [rule.below] if rule.below else [], catalogue.rules)
        for item in rule.items:
            yield from _item_problems(file, item, catalogue.categories)


def _item_problems(file: str, item: Item, categories: Categories) -> Iterator[Problem]:
    if item.category == ANY_CATEGORY:
        return
    category = categories.by_id.get(item.category)
    if category is None:
        yield from _unknown(file, f"item {item.item}", [item.category], categories.by_id)
        return
    if not category.labelled:
        what = f"item {item.item} asks for labels on {item.category}, which says `labelled: false`"
        yield Problem(file, what, "Remove `labelled: false` from the category.")
    if item.scheme is None:
        return
    if item.scheme not in categories.schemes:
        yield from _unknown(file, f"item {item.item}", [item.scheme], categories.schemes)
    elif item.category not in (found := categories.by_code(item.scheme, item.item) or ("", ()))[1]:
        what = f"item {item.item} means {item.category}, but its code leads to {', '.join(found[1]) or 'no category'}"
        yield Problem(file, what, f"Add the code to the category, under {item.scheme}, or correct the item.")


def _agreement_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for agreement in catalogue.agreements.values():
        file = f"recognition/{agreement.id}.yml"
        yield from _unknown(file, "parties", agreement.parties, catalogue.programmes)
        yield from _unknown(file, "categories", agreement.categories, catalogue.categories.by_id)


def _register_problems(catalogue: Catalogue, registers: Iterable[RegisterReferences]) -> Iterator[Problem]:
    by_id = catalogue.categories.by_id
    for register in registers:
        yield from _unknown(register.file, "programme", [register.programme], catalogue.programmes)
        yield from _unknown(register.file, "category", register.categories, by_id)
        for category in register.categories:
            if category in by_id and not by_id[category].labelled:
                what = f"category: {category} has certified products here, but says `labelled: false`"
                yield Problem(register.file, what, "Remove `labelled: false` from the category.")


def _unknown(file: str, field: str, ids: Iterable[str], known: Mapping[str, object]) -> Iterator[Problem]:
    for one in ids:
        if one not in known:
            yield Problem(file, f"{field}: {one!r} does not exist", "Correct it, or add its file.")


# ---- counts


def _item_report(rules: Iterable[Rule]) -> ItemReport:
    named = [item.category for rule in rules for item in rule.items]
    return ItemReport(
        items=len(named),
        any_category=named.count(ANY_CATEGORY),
        categories=len(set(named) - {ANY_CATEGORY}),
    )


def _marks(catalogue: Catalogue) -> dict[str, Mapping[Mark, int]]:
    rules = catalogue.rules.values()
    marks: dict[str, list[Mark]] = {
        "schemes": [scheme.mark for scheme in catalogue.categories.schemes.values()],
        "programmes": [source.mark for programme in catalogue.programmes.values() for source in programme.sources],
        "rules": [source.mark for rule in rules for source in rule.sources],
        "rule items": [item.mark for rule in rules for item in rule.items],
        "preferences": [rule.preference.mark for rule in rules if rule.preference],
        "targets": [target.mark for rule in rules for target in rule.targets],
        "recognition": [source.mark for agreement in catalogue.agreements.values() for source in agreement.sources],
    }
    order: tuple[Mark, ...] = ("read", "secondary", "unverified")
    return {part: {mark: given.count(mark) for mark in order} for part, given in marks.items()}
