"""Invented registers and purchases of any size, the same in every run, from the words of real ones.

A licence takes programme, category, product name, life and the shape of its models from a real entry; its brand is the
beginning of one real brand and the end of another, its model the beginning of a real model with a serial number. A line
names a licence (every second line; one in five without its model), a model that no licence has, or something else that
was really bought. Seven lines in ten are in Latin script, 20 % Chinese, 6 % Japanese, 4 % Korean; three in ten repeat
the wording of another line with a date, amount and buyer of their own.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from tenring.catalogue import Catalogue
from tenring.catalogue.brands import load_brands
from tenring.matching import v1
from tenring.model import tables
from tenring.model.sql import quoted
from tenring.register import manifest as manifests
from tenring.register.manifest import Manifest
from tenring.register.match_index import write_match_index
from tenring.register.snapshot import Snapshot, building, publish, validate
from tenring.settings import Settings

#: Rows that one query makes.
BATCH = 1_000_000
_PRIME = 2_147_483_647
_LANGUAGES = (
    "CASE WHEN {0} % 100 < 70 THEN 'en' WHEN {0} % 100 < 90 THEN 'zh' WHEN {0} % 100 < 96 THEN 'ja' ELSE 'ko' END"
)
_HEADS = {
    "zh": "晨青海长永星华远金明天东新绿瑞博泰安云光",
    "ja": "富桜空森光山川陽翠和",
    "ko": "한푸새맑온누리솔별늘",
}
_TAILS = {
    "zh": "光松韵风兴辰阳航达科源洋丰禾泽创通宁峰图",
    "ja": "士桜野丘星水原木電工",
    "ko": "빛른솔길결림별내움찬",
}


@dataclass(frozen=True)
class Words:
    """What licences and lines are made of; each a table with a running number `n`."""

    entries: pa.Table
    names: pa.Table
    goods: pa.Table


def words(settings: Settings) -> Words:
    """The words of the newest snapshot, of the catalogue, and of the real purchases where there are any."""
    with Snapshot.open(settings).connect() as db:
        entries = db.sql("""
            SELECT row_number() OVER (ORDER BY l.licence_id, m.model) - 1 AS n, l.register, l.list, l.programme,
                l.economy, l.brand, l.name, l.category, m.model, l.valid_from, l.valid_until, l.last_read
            FROM licences l JOIN models m USING (licence_id)
            WHERE m.kind = 'model' AND length(m.model) >= 5 AND length(l.brand) >= 3
                AND regexp_matches(m.model, '[0-9]') AND NOT regexp_matches(m.model, '[*#]')
        """).to_arrow_table()
    categories = Catalogue(settings.catalog).categories.by_id.values()
    names = [
        {"category": c.id, "language": language, "name": c.names.get(language) or c.names["en"]}
        for c in categories
        for language in ("en", "zh", "ja", "ko")
    ]
    goods = [
        {"language": language, "text": text}
        for language, texts in _bought(settings, [c.names for c in categories]).items()
        for text in texts
    ]
    return Words(entries, pa.Table.from_pylist(names), _numbered(goods))


def _bought(settings: Settings, names: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    """Descriptions of things really bought, by language; without real data the catalogue's own names."""
    found = {language: sorted({n[language] for n in names if language in n}) for language in ("en", "zh", "ja", "ko")}
    lines = settings.data / "purchases" / "lines" if settings.data else None
    if lines and lines.is_dir():
        texts = duckdb.sql(f"""
            SELECT DISTINCT COMMODITY_DESCRIPTION FROM read_csv({quoted(lines / "austin_lines_naics.csv")})
            UNION SELECT DISTINCT left(title, 120) FROM read_csv({quoted(lines / "ted_titles_cpv.csv")})
        """).fetchall()
        found["en"] = sorted(text for (text,) in texts if text)
        notices = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(lines.glob("cn_*/*-notices.json"))]
        found["zh"] = sorted({one["title"] for notice in notices for one in notice["notices"] if one.get("title")})
    return found


def _numbered(goods: Sequence[dict[str, str]]) -> pa.Table:
    with duckdb.connect() as db:
        db.register("goods", pa.Table.from_pylist(list(goods)))
        return db.sql("""
            SELECT language, text, row_number() OVER (PARTITION BY language ORDER BY text) - 1 AS n FROM goods
        """).to_arrow_table()


def _open(found: Words, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection with the words, and `mix(i, k)`: the k-th of the numbers that row i draws."""
    db = duckdb.connect(config={"memory_limit": settings.memory, "threads": settings.threads})
    for name, table in vars(found).items():
        db.register(f"{name}_in", table)
        db.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_in")
    first = f"((i * 48271 + (k + 1) * 1299709) % {_PRIME})"
    second = f"((xor({first}, {first} >> 11) * 69621 + k) % {_PRIME})"
    db.execute(f"CREATE MACRO mix(i, k) AS xor({second}, {second} >> 15)")
    return db


def write_register(found: Words, size: int, settings: Settings) -> Snapshot:
    """Publish a snapshot of `size` invented licences with the matcher's index; the search index is left out.

    One that an earlier run made for this matcher is taken as it is.
    """
    name = f"20260101T000000-{size}"
    index = settings.snapshots / name / "matching" / "index.json"
    if index.is_file() and v1.fingerprint() in index.read_text(encoding="utf-8"):
        return Snapshot.open(settings, name)
    shutil.rmtree(settings.snapshots / name, ignore_errors=True)
    with building(settings, name) as folder, _open(found, settings) as db:
        _make_products(db, size)
        totals = {table: _write(db, folder, table, query) for table, query in _REGISTER.items()}
        for table, schema in (
            ("properties", tables.PROPERTIES),
            ("rejected", tables.REJECTED),
            ("problems", tables.REJECTED),
        ):
            totals[table] = _write(db, folder, table, _empty(db, table, schema))
        checked = validate(folder, categories=frozenset(), settings=settings)
        broken = [check.name for check in checked if not check.holds]
        if broken:
            message = f"the invented register does not hold together: {broken}"
            raise AssertionError(message)
        manifest = Manifest(
            name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC), tool="benchmarks/scale.py", sample=True, on=None,
            based_on=None, lists=(), totals=totals, assertions=checked,
        )  # fmt: skip
        manifests.write(manifest, folder)
        write_match_index(folder, load_brands(settings.catalog / "brands.yml"), settings=settings)
        publish(folder, settings)
    return Snapshot.open(settings, name)


def _make_products(db: duckdb.DuckDBPyConnection, size: int) -> None:
    """`product`: one row = one invented licence. One in ten shares its model with another brand's."""
    brands = max(500, size // 50)
    ((entries,),) = db.sql("SELECT count(*) FROM entries").fetchall()
    db.execute(f"""
        CREATE TABLE latin_brand AS
        SELECT n, upper(left(head, 1)) || lower(substr(head, 2)) || lower(tail) AS name FROM (
            SELECT b.n,
                left(regexp_extract(h.brand, '[A-Za-z]+'), (2 + mix(b.n, 3) % 4)::BIGINT) AS head,
                right(regexp_extract(t.brand, '[A-Za-z]+'), (2 + mix(b.n, 4) % 4)::BIGINT) AS tail
            FROM (SELECT range AS n FROM range({brands})) b
            JOIN entries h ON h.n = mix(b.n, 1) % {entries}
            JOIN entries t ON t.n = mix(b.n, 2) % {entries}
        )
    """)
    brand = " ".join(
        f"WHEN b % 100 >= {low} THEN substr('{_HEADS[g]}', (1 + b // 100 % {len(_HEADS[g])})::BIGINT, 1)"
        f" || substr('{_TAILS[g]}', (1 + mix(b, 5) % {len(_TAILS[g])})::BIGINT, 1)"
        f" || CASE WHEN b % 3 = 0 THEN substr('{_TAILS[g]}', (1 + mix(b, 6) % {len(_TAILS[g])})::BIGINT, 1) ELSE '' END"
        for g, low in (("ko", 96), ("ja", 90), ("zh", 70))
    )
    serial = "upper(printf('%x', 4096 + (CASE WHEN i % 10 = 9 THEN i - 1 ELSE i END) * 7))"
    db.execute(f"""
        CREATE TABLE product AS
        SELECT p.i, p.register || ':' || p.i AS licence_id, p.* EXCLUDE (i),
            CASE {brand} ELSE lb.name END AS maker,
            upper(left(regexp_replace(p.model, '[^A-Za-z0-9-]', '', 'g'), (3 + mix(p.i, 8) % 4)::BIGINT)) || {serial}
                || CASE mix(p.i, 9) % 4 WHEN 0 THEN '-B' WHEN 1 THEN 'W' ELSE '' END AS own_model
        FROM (
            SELECT r.range AS i, mix(r.range, 10) % {brands} AS b, e.* EXCLUDE (n)
            FROM range({size}) r JOIN entries e ON e.n = mix(r.range, 7) % {entries}
        ) p LEFT JOIN latin_brand lb ON lb.n = p.b
    """)


_LICENCES = """
    SELECT licence_id, register, list, programme, economy, 'N' || (100000 + i) AS number,
        maker || ' Co., Ltd.' AS holder,
        maker AS brand, CASE WHEN mix(i, 11) % 2 = 0 THEN maker || ' ' || own_model ELSE name END AS name, category,
        ['US'] AS markets, begins AS valid_from, ends AS valid_until, false AS valid_from_derived,
        NULL::VARCHAR AS criteria, NULL::VARCHAR AS note, last_read AS first_read, last_read, 'invented' AS source_file,
        i AS source_row
    FROM (SELECT *, DATE '2012-01-01' + (mix(i, 12) % 3000)::INTEGER AS begins,
        CASE WHEN mix(i, 13) % 2 = 0
            THEN DATE '2012-01-01' + (mix(i, 12) % 3000 + 1000 + mix(i, 14) % 1500)::INTEGER END AS ends
        FROM product)
"""
_REGISTER = {
    "licences": f"{_LICENCES} ORDER BY licence_id",
    "models": """
        SELECT licence_id, maker AS brand, own_model AS model, 'model' AS kind FROM product
        UNION ALL SELECT licence_id, maker, own_model || '/' || (1 + mix(i, 15) % 9), 'additional' FROM product
        WHERE mix(i, 16) % 10 < 3
        ORDER BY licence_id, kind, model
    """,
    "gtins": """
        SELECT licence_id, lpad((4000000000000 + i)::VARCHAR, 14, '0') AS gtin FROM product WHERE mix(i, 17) % 20 = 0
        ORDER BY licence_id
    """,
    "statuses": f"""
        WITH l AS ({_LICENCES})
        SELECT licence_id, status, from_date, until_date, NULL::VARCHAR AS reason, last_read AS recorded_on
        FROM (
            SELECT licence_id, 'not_begun' AS status, NULL::DATE AS from_date, valid_from AS until_date, last_read
            FROM l
            UNION ALL SELECT licence_id, 'active', valid_from, valid_until + 1, last_read FROM l
            UNION ALL SELECT licence_id, 'expired', valid_until + 1, NULL, last_read FROM l
            WHERE valid_until IS NOT NULL
        ) ORDER BY licence_id, from_date NULLS FIRST
    """,
}


def _empty(db: duckdb.DuckDBPyConnection, table: str, schema: pa.Schema) -> str:
    db.register(f"{table}_none", schema.empty_table())
    return f"SELECT * FROM {table}_none"


def _write(db: duckdb.DuckDBPyConnection, folder: Path, table: str, query: str) -> int:
    db.execute(f"COPY ({query}) TO {quoted(folder / f'{table}.parquet')} (FORMAT parquet, COMPRESSION zstd)")
    ((rows,),) = db.sql(f"SELECT count(*) FROM read_parquet({quoted(folder / f'{table}.parquet')})").fetchall()
    return int(rows)


def write_lines(found: Words, size: int, *, licences: int, path: Path, settings: Settings) -> None:
    """Write `size` purchase lines about a register of `licences` to a CSV or Parquet file, by the path's ending."""
    format_ = "FORMAT parquet, COMPRESSION zstd" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
    with _open(found, settings) as db:
        _make_products(db, licences)
        many = db.sql("SELECT language, count(*) FROM goods GROUP BY language").fetchall()
        db.execute(f"COPY ({_lines(size, licences, dict(many))}) TO {quoted(path)} ({format_})")


def _lines(size: int, licences: int, goods: dict[str, int]) -> str:
    """SQL: one row = one purchase line; `goods`: how many other things there are in each language."""
    many = "CASE wording.language " + " ".join(f"WHEN '{one}' THEN {count}" for one, count in goods.items()) + " END"
    number = lambda k, many: f"mix(w, {k}) % {many}"  # noqa: E731 - one word for one idea
    misprint = "left(p.own_model, length(p.own_model) - 2) || 'Q' || right(p.own_model, 1) || (mix(w, 31) % 10)"
    text = f"""
        CASE WHEN kind < 50 AND drops THEN concat_ws(' ', p.maker, n.name, lower(p.name))
             WHEN kind < 50 THEN CASE mix(w, 32) % 4
                WHEN 0 THEN concat_ws(' ', n.name, p.maker, p.own_model)
                WHEN 1 THEN concat_ws(' ', p.maker, p.own_model, ',', n.name, 'x' || (1 + mix(w, 33) % 20))
                WHEN 2 THEN concat_ws(' ', upper(p.maker), replace(p.own_model, '-', ' '), n.name)
                ELSE concat_ws(' ', p.maker, lower(p.own_model)) END
             WHEN kind < 75 THEN concat_ws(' ', n.name, p.maker, {misprint})
             ELSE concat_ws(' ', g.text, CASE WHEN mix(w, 34) % 3 = 0 THEN 'lot ' || (mix(w, 35) % 5000) END) END
    """
    return f"""
        SELECT l + 1 AS line, (DATE '2018-01-01' + (mix(l, 40) % 1800)::INTEGER) AS date,
            'Authority ' || (mix(l, 41) % 400) AS buyer, 'Supplier ' || (mix(l, 42) % 5000) AS supplier,
            {text} AS description,
            CASE WHEN kind < 50 AND mix(w, 36) % 3 = 0 THEN p.maker END AS brand,
            CASE WHEN kind < 50 AND NOT drops AND mix(w, 36) % 3 = 0 THEN p.own_model END AS model,
            1 + mix(l, 43) % 40 AS quantity,
            printf('%d.%02d', 10 + mix(l, 44) % 90000, mix(l, 45) % 100) AS amount, 'USD' AS currency
        FROM (
            SELECT *, mix(w, 21) % 100 AS kind, mix(w, 22) % 5 = 0 AS drops,
                {_LANGUAGES.format("mix(w, 23)")} AS language
            FROM (
                SELECT range AS l, CASE WHEN mix(range, 20) % 10 < 3 THEN mix(range, 24) % greatest(1, {size} // 20)
                    ELSE range END AS w
                FROM range({size})
            )
        ) wording
        JOIN product p ON p.i = {number(25, licences)}
        JOIN names n ON n.category = p.category AND n.language = wording.language
        JOIN goods g ON g.language = wording.language AND g.n = mix(w, 26) % {many}
        ORDER BY l
    """
