"""A register as large as wanted, for benchmarks: the entries of a real snapshot, taken apart and put together anew.

Everything about a licence follows from the hash of its number, so it is the same in every run. Nothing of it is a
certificate: every licence id begins with `synthetic:`, and no licence number is one that a programme could give.

A quarter of the licences is Chinese, made of the catalogue's own category names and brands in Chinese, because the
registers that can be had are in Latin letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tenring.catalogue.brands import load_brands
from tenring.catalogue.categories import load_categories
from tenring.model.text import is_cjk

#: What Chinese names say of a product before its kind.
_QUALITIES = (
    "节能|变频|再生|低挥发|环保型|高效|静音|商用|家用|立式|"
    "壁挂式|便携式|彩色|一级能效|智能|低噪声|无汞|水性|可降解|模块化"
)

#: Licences that are made at a time, so that memory does not grow with their number.
_SLICE = 1_000_000

_TABLES = ("licences", "models", "gtins", "statuses")


@dataclass(frozen=True)
class LargeRegister:
    """The tables of a snapshot of `size` licences, made in `folder` of the tables in `source`."""

    source: Path
    folder: Path
    catalog: Path
    size: int

    def write(self, *, memory: str = "2GiB", threads: int = 1) -> None:
        """Write the tables."""
        with duckdb.connect() as connection:
            connection.execute(f"SET memory_limit = '{memory}'; SET threads = {threads}")
            connection.execute(f"SET temp_directory = '{self.folder}'; SET preserve_insertion_order = false")
            self._take_apart(connection)
            self._words(connection)
            for number, start in enumerate(range(0, self.size, _SLICE)):
                stop = min(start + _SLICE, self.size)
                connection.execute(_SEEDS.format(start=start, stop=stop))
                for name, query in zip(_TABLES, (_LICENCES, _MODELS, _GTINS, _STATUSES), strict=True):
                    target = self.folder / f"{name}.{number:03}.part"
                    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
            for name in _TABLES:
                self._join_slices(connection, name)

    def _take_apart(self, connection: duckdb.DuckDBPyConnection) -> None:
        for name in ("licences", "models"):
            connection.execute(f"CREATE VIEW real_{name} AS SELECT * FROM read_parquet('{self.source / name}.parquet')")
        connection.execute(_REAL)
        connection.execute(_REAL_CATEGORIES)

    def _words(self, connection: duckdb.DuckDBPyConnection) -> None:
        categories = load_categories(self.catalog / "categories").by_id.values()
        names = [(one.id, text) for one in categories for text in one.phrases() if is_cjk(text) and _is_chinese(text)]
        brands = sorted({text for text in load_brands(self.catalog / "brands.yml") if _is_chinese(text)})
        connection.execute("CREATE TABLE chinese (place BIGINT, category VARCHAR, name VARCHAR)")
        connection.executemany("INSERT INTO chinese VALUES (?, ?, ?)", [(i, *row) for i, row in enumerate(names)])
        connection.execute(
            "CREATE TABLE word_lists AS SELECT ? AS brands, ? AS qualities", [brands, _QUALITIES.split("|")]
        )

    def _join_slices(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        parts = self.folder / f"{name}.*.part"
        connection.execute(
            f"COPY (SELECT * FROM read_parquet('{parts}')) TO '{self.folder / name}.parquet' (FORMAT parquet)"
        )
        for part in self.folder.glob(parts.name):
            part.unlink()


def _is_chinese(text: str) -> bool:
    """Whether a text consists of ideographs only (kana and Hangul would not be Chinese)."""
    return len(text) > 1 and all("\u4e00" <= character <= "\u9fff" for character in text)


#: One row = one real licence with one of its models, in the order of categories.
_REAL = """
    CREATE TABLE real AS
    SELECT
        row_number() OVER (ORDER BY category, licence_id, model) - 1 AS place,
        register, programme, economy, holder, real_licences.brand, name, category, model
    FROM real_licences
    JOIN real_models USING (licence_id)
    WHERE length(model) BETWEEN 3 AND 60
"""

#: One row = one category of real licences: where its rows begin, and how many they are.
_REAL_CATEGORIES = """
    CREATE TABLE real_categories AS SELECT category, min(place) AS first, count(*) AS many FROM real GROUP BY category
"""

#: One row = one licence to be made; `holds`, `says` and `built` are the rows that lend their holder, name and model.
_SEEDS = """
    CREATE OR REPLACE TABLE seeds AS
    WITH numbers AS (
        SELECT n, hash(n) AS h, hash(n + 7000000000) AS g
        FROM range({start}, {stop}) AS numbers(n)
    ),
    lent AS (
        SELECT n, h, g, h % 4 = 0 AS is_chinese, (g % (SELECT count(*) FROM real))::BIGINT AS holds FROM numbers
    )
    SELECT
        n, h, g, is_chinese, holds, real.category,
        (first + (h >> 7) % many)::BIGINT AS says,
        (first + (g >> 9) % many)::BIGINT AS built,
        ((h >> 11) % (SELECT count(*) FROM chinese))::BIGINT AS named,
        DATE '2008-01-01' + ((h >> 5) % 6400)::INTEGER AS begun,
        DATE '2008-01-01' + ((h >> 5) % 6400)::INTEGER + 1095 + ((g >> 18) % 2048)::INTEGER AS ended
    FROM lent
    JOIN real ON real.place = holds
    JOIN real_categories USING (category)
"""

#: One row = one licence.
_LICENCES = """
    WITH texts AS (
        SELECT
            seeds.n, is_chinese,
            brands[1 + ((g >> 3) % len(brands))::INTEGER] AS chinese_brand,
            qualities[1 + ((h >> 9) % len(qualities))::INTEGER] || chinese.name AS chinese_name,
            chinese.category AS chinese_category,
            holds.*, says.name AS said, begun, ended
        FROM seeds, word_lists
        JOIN chinese ON chinese.place = seeds.named
        JOIN real AS holds ON holds.place = seeds.holds
        JOIN real AS says ON says.place = seeds.says
    )
    SELECT
        'synthetic:' || n AS licence_id,
        CASE WHEN is_chinese THEN 'china-environmental-label' ELSE register END AS register,
        CASE WHEN is_chinese THEN 'china-environmental-label' ELSE programme END AS programme,
        CASE WHEN is_chinese THEN 'CN' ELSE economy END AS economy,
        'SYN-' || lpad(n::VARCHAR, 9, '0') AS number,
        CASE WHEN is_chinese THEN chinese_brand || '有限公司' ELSE holder END AS holder,
        CASE WHEN is_chinese THEN chinese_brand ELSE brand END AS brand,
        CASE WHEN is_chinese THEN chinese_name ELSE said END AS name,
        CASE WHEN is_chinese THEN chinese_category ELSE category END AS category,
        begun AS valid_from,
        ended AS valid_until,
        DATE '2026-06-01' AS last_read
    FROM texts
"""

#: One row = one model: a real one whose digits behind its fourth character are others. Every third licence has two.
_MODELS = """
    WITH written AS (
        SELECT n, h, g, variant, real.model AS real_model
        FROM seeds, range(1, 3) AS variants(variant)
        JOIN real ON real.place = built
        WHERE variant = 1 OR h % 3 = 0
    )
    SELECT
        'synthetic:' || n AS licence_id,
        array_to_string(
            list_transform(
                string_split(real_model, ''),
                lambda sign, place: CASE
                    WHEN place > 4 AND sign BETWEEN '0' AND '9'
                    THEN (((h >> (place % 50)::INTEGER) + variant * place) % 10)::VARCHAR
                    ELSE sign
                END
            ),
            ''
        ) || CASE WHEN variant = 2 THEN '-' || chr((65 + g % 26)::INTEGER) ELSE '' END AS model,
        'model' AS kind
    FROM written
"""

#: One row = one GTIN (of the range that is kept free for use inside a company); every fourth licence has one.
_GTINS = """
    SELECT 'synthetic:' || n AS licence_id, '002' || lpad((n * 7)::VARCHAR, 11, '0') AS gtin FROM seeds WHERE g % 4 = 0
"""

#: One row = one period: not begun, active, expired; one licence in fifty was suspended for some months in between.
_STATUSES = """
    WITH days AS (SELECT 'synthetic:' || n AS licence_id, g % 50 = 0 AS paused, begun, ended FROM seeds),
    periods AS (
        SELECT licence_id, 'not_begun' AS status, NULL::DATE AS from_date, begun AS until_date FROM days
        UNION ALL
        SELECT licence_id, 'active', begun, CASE WHEN paused THEN begun + 200 ELSE ended END FROM days
        UNION ALL
        SELECT licence_id, 'suspended', begun + 200, begun + 400 FROM days WHERE paused
        UNION ALL
        SELECT licence_id, 'active', begun + 400, ended FROM days WHERE paused
        UNION ALL
        SELECT licence_id, 'expired', ended, NULL FROM days
    )
    SELECT *, NULL::VARCHAR AS reason, DATE '2026-06-01' AS recorded_on FROM periods
"""
