"""The matcher's index of a snapshot: made once when the snapshot is built, read by every screening.

It is the folder `matching` beside the snapshot's tables: one Parquet file for each table of the matcher's index, and
`index.json`, which says for which matcher and which brand spellings it was made. A snapshot without one, or with one
of another matcher or other brands, is indexed when it is screened.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from tenring.matching import v1
from tenring.model.duck import duck_engine
from tenring.model.sql import Engine, Step, table_of

if TYPE_CHECKING:
    from tenring.settings import Settings

FOLDER = "matching"
_ABOUT = "index.json"

#: The licences of a snapshot as entries for the matcher.
ENTRY_STEPS = [
    Step("entry", "SELECT licence_id AS entry_id, brand, name, category FROM licences"),
    Step("entry_number", "SELECT licence_id AS entry_id, number FROM licences"),
    Step("entry_gtin", "SELECT licence_id AS entry_id, gtin FROM gtins"),
    Step("entry_model", "SELECT licence_id AS entry_id, model, kind FROM models"),
]


def write_match_index(snapshot: Path, brands: Mapping[str, str], *, settings: Settings) -> None:
    """Make the index of the snapshot in the folder `snapshot`; `brands` maps spellings to the usual one (as keys)."""
    folder = snapshot / FOLDER
    folder.mkdir()
    with duck_engine(memory=settings.memory, threads=settings.threads, spill=settings.spill(folder)) as engine:
        for name in ("licences", "models", "gtins"):
            engine.view(name, snapshot / f"{name}.parquet")
        columns = [("key", pa.string()), ("usual", pa.string())]
        engine.add("brand_alias", table_of(columns, sorted(brands.items())))
        engine.run(ENTRY_STEPS)
        v1.build_index(engine)
        for name in v1.INDEX_TABLES:
            engine.write(f"SELECT * FROM {name} ORDER BY ALL", folder / f"{name}.parquet")
    (folder / _ABOUT).write_text(json.dumps(_about(brands)) + "\n", encoding="utf-8")


def use_match_index(engine: Engine, snapshot: Path | None, brands: Mapping[str, str]) -> None:
    """Let the engine have the tables of the index: those of the snapshot's folder, or made now from its views."""
    folder = snapshot / FOLDER if snapshot else None
    if folder and _made_for(folder) == _about(brands):
        for name in v1.INDEX_TABLES:
            engine.view(name, folder / f"{name}.parquet")
    else:
        engine.run(ENTRY_STEPS)
        v1.build_index(engine)


def _about(brands: Mapping[str, str]) -> dict[str, str]:
    spellings = json.dumps(sorted(brands.items()), ensure_ascii=False)
    return {"matcher": v1.fingerprint(), "brands": hashlib.sha256(spellings.encode()).hexdigest()}


def _made_for(folder: Path) -> dict[str, str] | None:
    about = folder / _ABOUT
    if not about.is_file():
        return None
    content: dict[str, str] = json.loads(about.read_text(encoding="utf-8"))
    return content
