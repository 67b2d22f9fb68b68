"""What the page is made of: tables of cells, pictures, headlines, lists of lines. The templates know nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from markupsafe import Markup

from tenring.screening.report.pictures import Circle


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, the figure it shows, where it leads, and a remark or a list below it."""

    text: str
    figure: str | None = None
    href: str | None = None
    note: str | None = None
    items: tuple[str, ...] = ()
    verdict: str | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table; numbers stand right."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first cell of a row is its head. `more`: what is not shown, and where it is."""

    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    total: tuple[Cell, ...] = ()
    more: str | None = None


@dataclass(frozen=True)
class Picture:
    """A picture and what it shows, for those who do not see it; the table below it has its figures."""

    drawing: Future[str]
    caption: str

    @property
    def svg(self) -> Markup:
        """The picture, when it is finished."""
        return Markup(self.drawing.result())  # noqa: S704 - vl-convert escapes the texts it draws


@dataclass(frozen=True)
class Headline:
    """The first answer in one currency: two shares in words, the ring, and all shares with both denominators."""

    currency: str
    sentence: str
    share: str
    share_of: str
    ring: list[Circle]
    table: Table


@dataclass(frozen=True)
class Block:
    """One table with the picture above it, if any."""

    table: Table
    picture: Picture | None = None


@dataclass(frozen=True)
class Trace:
    """The lines behind one headline figure."""

    anchor: str
    title: str
    count: str
    how: str
    tables: list[Table] = field(default_factory=list)
