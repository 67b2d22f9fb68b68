"""Readers of the catalogue's own registers, and small files in their layouts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tenring.catalogue.properties import load_properties
from tenring.model.licence import Licence
from tenring.register.adapter import load_adapter
from tenring.register.definition import load_registers
from tenring.register.files import Limits
from tenring.register.read import FileReading, Reader
from tenring.settings import Settings

CATALOG = Settings().catalog
SAMPLES = CATALOG / "samples" / "registers"
LIMITS = Limits(max_file_bytes=10**8, max_rows=10**6)


def read(path: Path, register: str, listing: str) -> FileReading:
    """What a file says as one list of a register of the catalogue."""
    return _reader(register, listing).read(path)


@lru_cache
def _reader(register: str, listing: str) -> Reader:
    definition = load_registers(CATALOG)[register]
    adapter, properties = load_adapter(definition.folder), load_properties(CATALOG)
    return Reader(definition, definition.lists[listing], adapter, properties, LIMITS)


def read_sample(name: str, listing: str) -> FileReading:
    """What a bundled sample says: `name` is its path below samples/registers."""
    return read(SAMPLES / name, name.partition("/")[0], listing)


def read_text(path: Path, text: str, *, register: str, listing: str) -> FileReading:
    """The same for a text written to `path` first."""
    path.write_text(text, encoding="utf-8")
    return read(path, register, listing)


def licences(reading: FileReading) -> list[Licence]:
    """The licences of a reading."""
    return [entry.licence for entry in reading.entries]


def reasons(reading: FileReading) -> dict[int, str]:
    """Row -> why it was rejected."""
    return {row.row: row.reason for row in reading.rejected}
