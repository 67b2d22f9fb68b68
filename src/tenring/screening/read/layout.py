"""Where the header is, what its columns hold, and where the layout changes on the way down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from tenring.exceptions import Place, UnknownColumnsError, UnusableInputError
from tenring.language import T
from tenring.screening.read.amounts import is_blank, unit_in_header
from tenring.screening.read.codes import SCHEMES
from tenring.screening.read.grid import Grid
from tenring.screening.read.names import Assigned, Use, assign, exact_names, key_of, matches, vocabulary
from tenring.screening.read.options import FIELDS, ReadOptions

SEARCHED_ROWS = 60
"""A header further down than this is not looked for."""

FEWEST_NAMES = 2
LONGEST_NAME = 60
SAMPLED_ROWS = 2_000

#: Fields of which a file must have at least one, else it says nothing about what was bought.
TELLING = frozenset({"description", "brand", "model", "certificate", "gtin", "code", "code_name", "amount"})


Names = Sequence[tuple[str, ...]]
"""The names of each column, the best first."""

Header = tuple[int, tuple[int, ...]]
"""Index of the first row below a header, and the row numbers of the header itself."""


@dataclass(frozen=True)
class Layout:
    """What the columns of a stretch of rows hold.

    `fields` maps a field to its columns (more than one only for the description: the next is read where the first is
    empty), `unit` is what headers or titles say about all amounts, `first` the index in the grid of the first row below
    the header, `scheme` what the header says about the codes.
    """

    fields: Mapping[str, tuple[int, ...]]
    uses: tuple[Use, ...]
    names: tuple[str, ...]
    languages: Counter[str]
    first: int
    header_rows: tuple[int, ...] = ()
    unit: str | None = None
    scheme: str | None = None
    partial: frozenset[int] = frozenset()
    """Columns a partial header in the middle has renamed; the others keep the main layout."""


def find(grid: Grid, options: ReadOptions, *, where: Place) -> Layout | None:
    """The main layout of a grid; None where nothing in it looks like a table of purchases.

    Raises:
        UnusableInputError: a column the user named is not there.
    """
    if grid.fields is not None:
        return _given_fields(grid)
    if grid.header is not None:
        return _layout(grid, [(name,) for name in grid.header], (0, ()), options=options, where=where)
    top = [grid.row_texts(index) for index in range(min(grid.height, SEARCHED_ROWS))]
    index = _header_index(top, grid, options)
    if index is None:
        return None
    first, last = _header_span(top, index, grid, options)
    names = _names(top, first, last, grid)
    rows = tuple(grid.rows[row].as_py() for row in range(first, last + 1))
    layout = _layout(grid, names, (last + 1, rows), options=options, where=where)
    return replace(layout, unit=layout.unit or _unit_above(top[:first]))


def _given_fields(grid: Grid) -> Layout:
    names = grid.fields or ()
    fields = {name: (column,) for column, name in enumerate(names)}
    uses = tuple(Use(column, name, name, T("the format says so")) for column, name in enumerate(names))
    return Layout(fields, uses, names, Counter(), first=0)


def _header_index(top: Sequence[Sequence[str]], grid: Grid, options: ReadOptions) -> int | None:
    """The row that most looks like a header: the one with most known names, or the one the user means."""
    if options.header_row is not None:
        found = pc.index(grid.rows, pa.scalar(options.header_row, pa.int64())).as_py()
        return found if 0 <= found < len(top) else None
    wanted = {key_of(header) for header in options.columns.values()}
    scores = [_likeness(row, wanted) for row in top]
    best = max(scores, default=0.0)
    return scores.index(best) if best >= FEWEST_NAMES or (best >= 1 and _single(top, scores.index(best))) else None


def _single(top: Sequence[Sequence[str]], index: int) -> bool:
    """Whether a table has so few columns that one known name makes a header."""
    return sum(bool(text) for text in top[index]) <= FEWEST_NAMES


def _likeness(row: Sequence[str], wanted: set[str]) -> float:
    cells = [text.strip() for text in row if text and text.strip()]
    if any(len(text) > LONGEST_NAME for text in cells):
        cells = [text for text in cells if len(text) <= LONGEST_NAME]
    given = sum(1 for text in cells if key_of(text) in wanted)
    exact = exact_names(cells)
    contained = (
        sum(1 for text in cells if not _has_digits(text) and matches([text])) if exact or given else _contained(cells)
    )
    return given * 2 + exact + 0.5 * max(contained - exact, 0)


def _contained(cells: Sequence[str]) -> int:
    """Known names inside headers count only where every cell looks like a header."""
    if any(_has_digits(text) for text in cells):
        return 0
    return 2 * sum(1 for text in cells if matches([text]))


def _has_digits(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _header_span(top: Sequence[Sequence[str]], index: int, grid: Grid, options: ReadOptions) -> tuple[int, int]:
    """First and last row of the header: a group header above or a second row below belongs to it."""
    if options.header_row is not None:
        return index, index
    first, last = index, index
    if index > 0 and _is_group_header(top[index - 1], top[index], grid, index - 1):
        first = index - 1
    if index + 1 < len(top) and _is_second_header(top[index + 1], top[index], grid, index):
        last = index + 1
    return first, last


def _is_group_header(above: Sequence[str], header: Sequence[str], grid: Grid, index: int) -> bool:
    """A row of labels, at least one of them standing over several columns."""
    filled = [column for column, text in enumerate(above) if text]
    if len(filled) < FEWEST_NAMES or any(
        _has_digits(above[column]) or len(above[column]) > LONGEST_NAME for column in filled
    ):
        return False
    row = grid.rows[index].as_py()
    spans = any(one.first_row <= row <= one.last_row and one.last_column > one.first_column for one in grid.merged)
    gaps = any(header[column] and not above[column] for column in range(1, len(header)))
    return spans or (gaps and all(header[column] or above[column] for column in filled))


def _is_second_header(below: Sequence[str], header: Sequence[str], grid: Grid, index: int) -> bool:
    """A row of names below the header: words only, and either known names or names under empty or spanning cells."""
    filled = [column for column, text in enumerate(below) if text]
    if not filled or any(_has_digits(below[c]) or len(below[c]) > LONGEST_NAME or is_blank(below[c]) for c in filled):
        return False
    fills = [column for column in filled if not header[column]]
    names = exact_names(below[column] for column in filled)
    row = grid.rows[index].as_py()
    spans = any(one.first_row <= row <= one.last_row and one.last_column > one.first_column for one in grid.merged)
    if spans or fills:
        return names >= 1 and len(filled) < len([text for text in header if text]) + len(fills) + 1
    return names >= FEWEST_NAMES and names >= len(filled) / 2


def _names(top: Sequence[Sequence[str]], first: int, last: int, grid: Grid) -> list[tuple[str, ...]]:
    """The names of each column, the best first: the lowest cell, then the cells above it together with it."""
    if first == last:
        return [(text.strip(),) for text in top[first]]
    upper, lower = _spread(top[first], top[last], grid, first), top[last]
    pairs = [(below.strip(), above.strip()) for above, below in zip(upper, lower, strict=True)]
    return [
        tuple(dict.fromkeys(filter(None, (below, f"{above} {below}".strip(), above)))) or ("",)
        for below, above in pairs
    ]


def _spread(upper: Sequence[str], lower: Sequence[str], grid: Grid, index: int) -> list[str]:
    """A group header carried over the columns it spans."""
    row = grid.rows[index].as_py()
    ranges = [one for one in grid.merged if one.first_row <= row <= one.last_row]
    spread = list(upper)
    for column in range(1, len(spread)):
        if spread[column] or not lower[column]:
            continue
        inside = any(one.first_column < column <= one.last_column for one in ranges)
        if inside or not ranges:
            spread[column] = spread[column - 1]
    return spread


def _layout(grid: Grid, names: Names, header: Header, *, options: ReadOptions, where: Place) -> Layout:
    first, header_rows = header
    given = _given_columns(names, options, where=where)
    assigned = assign(names, given=given, filled=_filled(grid, first))
    return _with_code(assigned, names, first=first, header_rows=header_rows)


def _with_code(assigned: Assigned, names: Names, *, first: int, header_rows: tuple[int, ...]) -> Layout:
    """The layout with one code column, the scheme its header names, and the unit of the amounts."""
    fields, uses = assigned.fields, assigned.uses
    plain = {field: tuple(columns) for field, columns in fields.items() if field not in SCHEMES}
    named = next(((field, tuple(fields[field])) for field in SCHEMES if field in fields), None)
    if named and not any(use.field == "code" and use.why == T("given by the user") for use in uses):
        plain["code"] = named[1]
    scheme = SCHEMES[named[0]] if named and plain.get("code") == named[1] else None
    used = {column for columns in plain.values() for column in columns}
    shown = tuple(replace(use, field=_shown(use, used)) for use in uses)
    amount = plain.get("amount") or plain.get("unit_price")
    unit = next((name for name in names[amount[0]] if unit_in_header(name)), None) if amount else None
    return Layout(plain, shown, tuple(name[0] for name in names), assigned.languages, first, header_rows, unit, scheme)


def _shown(use: Use, used: set[int]) -> str | None:
    if use.field in SCHEMES or use.field == "code":
        return "code" if use.column in used else "known"
    return use.field


def _given_columns(names: Sequence[Sequence[str]], options: ReadOptions, *, where: Place) -> dict[str, int]:
    """The columns the user named, found by header, by normal form of it, or by letter-free position `#3`.

    Raises:
        UnusableInputError: no such column; the message lists those there are.
    """
    given = {}
    for field, header in options.columns.items():
        column = _column_of(header, names)
        if column is None:
            found = ", ".join(name[0] for name in names if name and name[0])
            what = T("there is no column {header} for {field}", header=header, field=field)
            raise UnusableInputError(what, where=where, do=T("Columns found: {names}", names=found))
        given[field] = column
    return given


def _column_of(header: str, names: Sequence[Sequence[str]]) -> int | None:
    for same in (lambda name: name == header, lambda name: key_of(name) == key_of(header)):
        for column, candidates in enumerate(names):
            if any(same(name) for name in candidates):
                return column
    if header.startswith("#") and header[1:].isdigit() and 1 <= int(header[1:]) <= len(names):
        return int(header[1:]) - 1
    return None


def _filled(grid: Grid, first: int) -> list[float]:
    """The share of filled cells of each column, by its first rows."""
    shares = []
    for column in grid.columns:
        part = column.slice(first, SAMPLED_ROWS)
        if not len(part):
            shares.append(0.0)
            continue
        empty = pc.sum(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(part), ""), fill_value=True)).as_py() or 0
        shares.append(1 - empty / len(part))
    return shares


def _unit_above(rows: Sequence[Sequence[str]]) -> str | None:
    """What a title above the header says about amounts: `单位：万元`."""
    for row in rows:
        for text in row:
            if (
                text
                and any(word in text for word in ("单位", "單位", "Unit", "unit", "Currency", "currency", "Einheit"))
                and unit_in_header(text)
            ):
                return text
    return None


def complain(grid: Grid, layout: Layout | None, *, where: Place) -> UnusableInputError | None:
    """The error for a table in which nothing says what was bought; None if all is well."""
    if layout is not None and TELLING & layout.fields.keys():
        return None
    names = layout.names if layout else tuple(grid.header or grid.row_texts(0))
    found = ", ".join(name for name in names if name) or T("none")
    what = T("no column says what was bought. Columns found: {names}", names=found[:1000])
    do = T(
        'Name them, for example --column description="{example}"; fields: {fields}',
        example=next(filter(None, names), "Item"),
        fields=", ".join(FIELDS),
    )
    return UnknownColumnsError(what, columns=[name for name in names if name], where=where, do=do)


def changes(grid: Grid, main: Layout) -> list[tuple[int, Layout | None]]:
    """Header rows in the middle: (index of the row, the layout from there on; None where it repeats the header)."""
    if grid.fields is not None or grid.header is not None:
        return []
    found: list[tuple[int, Layout | None]] = []
    for index in _candidates(grid, main):
        cells = grid.row_texts(index)
        if _repeats(cells, main):
            found.append((index, None))
        elif _is_header(cells, main):
            found.append((index, _changed(cells, grid, index, main)))
    return found


def _candidates(grid: Grid, main: Layout) -> list[int]:
    """Rows below the header with at least two cells that are column names, found in bulk."""
    names = pa.array(sorted({*vocabulary().written, *filter(None, main.names)}), pa.large_string())
    hits = None
    for column in grid.columns:
        mark = pc.cast(pc.is_in(column, value_set=names), pa.int8())
        hits = mark if hits is None else pc.add(hits, mark)
    if hits is None:
        return []
    rows = pc.indices_nonzero(pc.greater_equal(hits, FEWEST_NAMES)).to_pylist()
    return [row for row in rows if row >= main.first]


def _repeats(cells: Sequence[str], main: Layout) -> bool:
    pairs = [(cell, name) for cell, name in zip(cells, main.names, strict=False) if cell]
    return len(pairs) >= FEWEST_NAMES and all(key_of(cell) == key_of(name) for cell, name in pairs)


def _is_header(cells: Sequence[str], main: Layout) -> bool:
    """Names of columns, none of them under its own name, and no number where amounts stand."""
    named = [column for column, cell in enumerate(cells) if cell and exact_names([cell])]
    amount = main.fields.get("amount", ())
    if not any(key_of(cells[column]) in vocabulary().names for column in named):
        return False
    if any(cells[column] and _has_digits(cells[column]) for column in amount):
        return False
    other = [column for column in named if key_of(cells[column]) != key_of(main.names[column])]
    return len(other) >= FEWEST_NAMES


def _changed(cells: Sequence[str], grid: Grid, index: int, main: Layout) -> Layout:
    named = frozenset(column for column, cell in enumerate(cells) if cell and exact_names([cell]))
    filled = sum(1 for cell in cells if cell)
    whole = len(named) >= filled / 2 and len(named) > filled - FEWEST_NAMES
    names = [(cell if column in named or whole else main.names[column],) for column, cell in enumerate(cells)]
    assigned = assign(names, given={}, filled=[1.0] * len(names))
    rows = (grid.rows[index].as_py(),)
    layout = _with_code(assigned, names, first=index + 1, header_rows=rows)
    return replace(layout, unit=layout.unit or main.unit, partial=frozenset() if whole else named)
