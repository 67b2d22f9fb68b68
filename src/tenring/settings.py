"""Settings, read once from the environment and passed on; nothing deeper reads the environment."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from tenring.exceptions import UnusableInputError
from tenring.language import T

PACKAGE = Path(__file__).resolve().parent
CATEGORY_MODEL = "categories.npz"

_MEMORY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:([KMGT])(I?))?B?\s*", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def _bundled_catalog() -> Path:
    """The catalogue inside an installed wheel, else the one of the checkout."""
    inside = PACKAGE / "catalog"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "catalog"


def memory_bytes(memory: str) -> int:
    """A size such as 2GiB or 500MB in bytes.

    Raises:
        UnusableInputError: it is no size.
    """
    found = _MEMORY.fullmatch(memory)
    if found is None:
        raise UnusableInputError(
            T("the setting TENRING_MEMORY has the value {value}, which is no size", value=repr(memory)),
            do=T("Write a number with its unit, for example 2GiB"),
        )
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** _POWERS[(found[2] or "").upper()])


@dataclass(frozen=True)
class Settings:
    """What a user may set. `from_environment` documents the names; every field has a working default."""

    home: Path = field(default_factory=lambda: Path(platformdirs.user_data_dir("tenring")))
    data: Path | None = None
    catalog: Path = field(default_factory=_bundled_catalog)
    memory: str = "2GiB"
    threads: int = 2
    temporary: str | None = None
    """Folder, or with Spark an address, for what is larger than memory; None: beside the result."""
    partitions: int | None = None
    """Parts into which purchase lines are divided; None: as many as `memory` asks for."""
    max_file_bytes: int = 2 * 1024**3
    max_unpacked_bytes: int = 4 * 1024**3
    max_cell_chars: int = 100_000
    max_rows: int = 20_000_000
    who: str | None = None
    engine: str = "duckdb"
    spark_master: str | None = None
    """Where Spark runs, for example `local[4]` or `spark://host:7077`; None: here, with `threads` threads."""
    spark_conf: Mapping[str, str] = field(default_factory=dict)
    """Settings of Spark itself; they win over what we set."""
    spark_register: str = "auto"
    """How Spark joins lines with the register: see `REGISTER_WAYS`."""

    @property
    def snapshots(self) -> Path:
        """Folder of published snapshots, one folder each, newest name last."""
        return self.home / "snapshots"

    @property
    def fetched(self) -> Path:
        """Folder of files fetched from publishers, one folder per register."""
        return self.home / "fetched"

    @property
    def decisions(self) -> Path:
        """File of what people decided about matches and categories."""
        return self.home / "decisions.sqlite"

    @property
    def compiled(self) -> Path:
        """Folder of compiled criteria; it may be deleted at any time."""
        return self.home / "compiled"

    def spill(self, beside: Path) -> Path:
        """Where work on the folder `beside` puts what is larger than memory: there, or in a folder of `temporary`.

        Its name is always the same, so that what a killed run left is found.
        """
        if self.temporary is None or "://" in self.temporary:
            return beside / ".spill"
        return Path(self.temporary) / f"tenring-{hashlib.sha256(str(beside.resolve()).encode()).hexdigest()[:16]}"

    @property
    def trained_model(self) -> Path:
        """Where `tenring categories train` puts a category model of one's own."""
        return self.home / "models" / CATEGORY_MODEL

    @property
    def category_model(self) -> Path | None:
        """The category model in use: one's own, else the catalogue's; None where there is none."""
        found = (self.trained_model, self.catalog / "models" / CATEGORY_MODEL)
        return next((path for path in found if path.is_file()), None)

    @property
    def samples(self) -> Path:
        """The bundled samples: invented licences and purchases in the official layouts."""
        return self.catalog / "samples"


ENGINES = ("duckdb", "spark")


#: auto: by the size of each table; broadcast: each executor has all of it; bucketed: divided by key once, lines move.
REGISTER_WAYS = ("auto", "broadcast", "bucketed")


def _engine(text: str) -> str:
    return _one_of(ENGINES, text)


def _register_way(text: str) -> str:
    return _one_of(REGISTER_WAYS, text)


def _one_of(known: tuple[str, ...], text: str) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _pairs(text: str) -> dict[str, str]:
    """`name=value;name=value` as a mapping."""
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    if not all(name.strip() and sign for name, sign, _ in pairs):
        raise ValueError(text)
    return {name.strip(): value.strip() for name, _, value in pairs}


#: environment variable -> (field, how its text is read, what it means)
VARIABLES: dict[str, tuple[str, Callable[[str], object], str]] = {
    "TENRING_HOME": ("home", Path, "folder for snapshots, fetched files and decisions"),
    "TENRING_DATA": ("data", Path, "folder with real data: registers/, purchases/"),
    "TENRING_CATALOG": ("catalog", Path, "another catalogue than the bundled one"),
    "TENRING_MEMORY": ("memory", str, "memory limit of bulk work, for example 2GiB"),
    "TENRING_THREADS": ("threads", int, "threads of bulk work"),
    "TENRING_TEMP": ("temporary", str, "folder (with Spark: or address) for temporary files (beside the result)"),
    "TENRING_PARTITIONS": ("partitions", int, "parts into which purchase lines are divided (by memory)"),
    "TENRING_MAX_FILE_BYTES": ("max_file_bytes", int, "largest input file that is opened"),
    "TENRING_MAX_UNPACKED_BYTES": ("max_unpacked_bytes", int, "largest size an XLSX may unpack to"),
    "TENRING_MAX_CELL_CHARS": ("max_cell_chars", int, "longest text kept of one cell"),
    "TENRING_MAX_ROWS": ("max_rows", int, "most rows read from one file"),
    "TENRING_ENGINE": ("engine", _engine, "what runs bulk work: duckdb (default) or spark"),
    "TENRING_SPARK_MASTER": ("spark_master", str, "where Spark runs: local[2], spark://host:7077, yarn, k8s://…"),
    "TENRING_SPARK_CONF": ("spark_conf", _pairs, "settings of Spark itself: name=value;name=value"),
    "TENRING_SPARK_REGISTER": (
        "spark_register",
        _register_way,
        "how Spark holds the register: auto (default), broadcast or bucketed",
    ),
    "TENRING_WHO": ("who", str, "name that is recorded with what you confirm or reject"),
}


def from_environment(environ: dict[str, str] | None = None) -> Settings:
    """Settings from `TENRING_*` variables (see `VARIABLES`).

    Raises:
        UnusableInputError: a variable's text cannot be read as its type.
    """
    environ = dict(os.environ) if environ is None else environ
    values: dict[str, object] = {}
    for name, (attribute, read, meaning) in VARIABLES.items():
        text = environ.get(name)
        if not text:
            continue
        try:
            values[attribute] = read(text)
        except ValueError as error:
            to = "to a number " if read is int else ""
            what = f"the setting {name} has the value {text!r}, which cannot be read"
            raise UnusableInputError(what, do=f"Set it {to}or remove it ({meaning})") from error
    return Settings(**values)  # type: ignore[arg-type]  # each value was read by the type in its row
