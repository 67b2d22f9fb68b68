"""The classifier judged on labelled lines, by the very steps that screening takes; people's decisions are left out."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from tenring.catalogue import Catalogue, Categories
from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.matching.evaluation.measures import AtThreshold, Calibration, at_thresholds, calibration
from tenring.matching.products import key_of, read_sheet
from tenring.model import tables
from tenring.model.duck import duck_engine
from tenring.screening.classify import classify
from tenring.screening.reference import add_reference
from tenring.settings import Settings

#: Field -> names of its column.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "description", "title", "name", "item", "品名", "名称", "描述", "物品名称", "采购内容"),
    "brand": ("brand", "品牌"),
    "model": ("model", "型号"),
    "code": ("code", "编码", "品目编码"),
    "code_scheme": ("code scheme", "scheme"),
    "code_name": ("code name", "品目名称"),
    "category": ("category", "true category", "label", "类别", "品目"),
    "true_code": ("true code",),
    "true_scheme": ("true scheme",),
    "language": ("language", "lang", "语言"),
}
WORST = 50
#: How many of the nearest categories count.
NEAREST = 3


@dataclass(frozen=True)
class LabelledLine:
    """One line with its true categories; none of ours is true where its code lies outside the catalogue."""

    row: int
    text: str
    true: frozenset[str]
    brand: str | None = None
    model: str | None = None
    code: str | None = None
    code_scheme: str | None = None
    code_name: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class LabelledLines:
    """The lines of a file; `unlabelled` rows name no true category."""

    path: Path
    lines: tuple[LabelledLine, ...]
    unlabelled: int


@dataclass(frozen=True)
class Answer:
    """What the classifier said of a line, and whether that is right."""

    line: LabelledLine
    category: str | None
    score: float
    by: str | None
    nearest: tuple[str, ...]
    right: bool
    among_nearest: bool

    @property
    def first_is_right(self) -> bool:
        """Whether the given category is right, or the nearest one where none is given."""
        return self.right or (self.category is None and self.nearest[:1] != () and self.nearest[0] in self.line.true)


@dataclass(frozen=True)
class Group:
    """The figures of some lines.

    `top_1` and `top_3`: shares of the lines with a true category; `precision`: of those given a category;
    `coverage`: share of all lines that is given one.
    """

    name: str
    lines: int
    with_category: int
    given: int
    right: int
    top_1: float | None
    top_3: float | None
    precision: float | None
    coverage: float | None


@dataclass(frozen=True)
class JudgedLines:
    """All figures of the classifier on labelled lines; `errors` are wrong categories, the surest first."""

    all: Group
    languages: tuple[Group, ...]
    by: tuple[Group, ...]
    thresholds: tuple[AtThreshold, ...]
    calibration: Calibration
    errors: tuple[Answer, ...]


# reading


def read_lines(path: Path, categories: Categories) -> LabelledLines:
    """Labelled lines of a CSV file: a text, and a true category of ours or a true code with its scheme.

    Raises:
        UnusableInputError: it cannot be read, a column is missing, or a category or scheme is not known; with row and
            column.
    """
    sheet = read_sheet(path)
    places = _places(path, sheet.header)
    lines: list[LabelledLine] = []
    unlabelled = 0
    for row, cells in sheet.rows:
        given = {name: cells[place] for name, place in places.items() if place < len(cells) and cells[place]}
        columns = {name: Place(path, row=row, column=sheet.header[place]) for name, place in places.items()}
        true = _true(given, categories, columns)
        if true is None or "text" not in given:
            unlabelled += 1
            continue
        rest = {name: given.get(name) for name in ("brand", "model", "code", "code_scheme", "code_name", "language")}
        lines.append(LabelledLine(row, given["text"], true, **rest))
    if not lines:
        raise UnusableInputError(T("has no labelled line"), where=path, do=T("It needs a text and a true category"))
    return LabelledLines(path, tuple(lines), unlabelled)


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    keys = [key_of(name) for name in header]
    found = {
        field: next(keys.index(key_of(name)) for name in names if key_of(name) in keys)
        for field, names in COLUMNS.items()
        if any(key_of(name) in keys for name in names)
    }
    if "text" not in found or not ("category" in found or {"true_code", "true_scheme"} <= found.keys()):
        raise UnusableInputError(
            T("no columns `text` and `category` (or `true_code` and `true_scheme`); found: {columns}",
              columns=", ".join(header)),
            where=path,
            do=T("Name them so"),
        )  # fmt: skip
    return found


def _true(given: Mapping[str, str], categories: Categories, where: Mapping[str, Place]) -> frozenset[str] | None:
    """The true categories and those below them; None where the row does not say."""
    if category := given.get("category"):
        if category not in categories.by_id:
            raise UnusableInputError(
                T("category {category} is not known", category=category),
                where=where["category"],
                do=T("Take an id from `tenring catalogue list categories`"),
            )
        return frozenset({category})
    code, scheme = given.get("true_code"), given.get("true_scheme")
    if not code or not scheme:
        return None
    if scheme not in categories.schemes:
        raise UnusableInputError(
            T("the scheme {scheme} is not known", scheme=scheme),
            where=where["true_scheme"],
            do=T("Use one of: {known}", known=", ".join(sorted(categories.schemes))),
        )
    found = categories.by_code(scheme, code)
    return frozenset(one for category in found[1] for one in categories.below(category)) if found else frozenset()


# judging


def judge_lines(
    lines: Sequence[LabelledLine], *, catalogue: Catalogue, settings: Settings, thresholds: Sequence[float]
) -> JudgedLines:
    """Classify the lines as screening does, and measure what came of it."""
    answers = _answers(lines, catalogue, settings)
    given = [(answer.score, answer.right) for answer in answers if answer.category]
    with_category = sum(bool(answer.line.true) for answer in answers)
    at = (replace(one, missed=with_category - one.right) for one in at_thresholds(given, thresholds))
    wrong = (answer for answer in answers if answer.category and not answer.right)
    return JudgedLines(
        all=_group("", answers),
        languages=_groups(answers, lambda answer: answer.line.language),
        by=_groups([answer for answer in answers if answer.by], lambda answer: answer.by),
        thresholds=tuple(at),
        calibration=calibration(given),
        errors=tuple(sorted(wrong, key=lambda answer: (-answer.score, answer.line.row))[:WORST]),
    )


def _answers(lines: Sequence[LabelledLine], catalogue: Catalogue, settings: Settings) -> list[Answer]:
    with (
        tempfile.TemporaryDirectory(dir=settings.temporary) as spill,
        duck_engine(memory=settings.memory, threads=settings.threads, spill=Path(spill)) as engine,
    ):
        engine.add("purchase", _purchases(lines))
        add_reference(engine, catalogue, None)
        classify(engine, catalogue.categories, model=settings.category_model)
        rows = engine.rows("SELECT line_id, category, category_score, category_by, nearest FROM classified")
    found = {int(line_id): said for line_id, *said in rows}
    return [_answer(line, found[place]) for place, line in enumerate(lines)]


def _purchases(lines: Sequence[LabelledLine]) -> pa.Table:
    rows = [
        {
            "line_id": str(place),
            "description": line.text,
            "brand": line.brand,
            "model": line.model,
            "code": line.code,
            "code_scheme": line.code_scheme,
            "code_name": line.code_name,
        }
        for place, line in enumerate(lines)
    ]
    return pa.Table.from_pylist(rows, schema=tables.PURCHASE_LINES)


def _answer(line: LabelledLine, said: Sequence[object]) -> Answer:
    category, score, by, nearest = said
    near = tuple(str(one) for one in nearest) if isinstance(nearest, list) else ()
    first = ([str(category)] if category else []) + [one for one in near if one != category]
    return Answer(
        line=line,
        category=str(category) if category else None,
        score=float(str(score)),
        by=str(by) if by else None,
        nearest=near[:NEAREST],
        right=category in line.true,
        among_nearest=bool(line.true.intersection(first[:NEAREST])),
    )


def _groups(answers: Sequence[Answer], name: Callable[[Answer], str | None]) -> tuple[Group, ...]:
    by_name: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if found := name(answer):
            by_name[found].append(answer)
    return tuple(_group(found, by_name[found]) for found in sorted(by_name))


def _group(name: str, answers: Sequence[Answer]) -> Group:
    known = [answer for answer in answers if answer.line.true]
    given = [answer for answer in answers if answer.category]
    right = sum(answer.right for answer in given)
    return Group(
        name=name,
        lines=len(answers),
        with_category=len(known),
        given=len(given),
        right=right,
        top_1=_share(sum(answer.first_is_right for answer in known), len(known)),
        top_3=_share(sum(answer.among_nearest for answer in known), len(known)),
        precision=_share(right, len(given)),
        coverage=_share(len(given), len(answers)),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
