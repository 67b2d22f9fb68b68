"""The catalogue as DuckDB tables, so that every step of screening is a join.

Tables: `category` (id, parent, labelled), `category_tree` (ancestor, category), `related` (category, other), `phrase`
(category, phrase, opening, weight), `rule` and `rule_category`, `rule_programme`, `programme`, `home_programme`,
`agreement`, `brand_alias`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from tenring.catalogue import Catalogue, Categories
from tenring.catalogue.rules import ANY_CATEGORY
from tenring.language import in_language
from tenring.screening.phrases import canonical, opening_of, weight_of

_TEXT, _DAY, _FLAG, _NUMBER = pa.string(), pa.date32(), pa.bool_(), pa.float64()


def add_reference(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, economy: str | None) -> None:
    """Make all tables named above, with the rules and home programmes of `economy` (None: no rules, all programmes)."""
    _add_categories(connection, catalogue.categories)
    _add_programmes(connection, catalogue, economy)
    _add_rules(connection, catalogue, economy)
    rows = catalogue.brands.items()
    _table(connection, "brand_alias", [("key", _TEXT), ("usual", _TEXT)], rows)


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[tuple[str, pa.DataType]],
    rows: Iterable[Sequence[Any]],
) -> None:
    schema = pa.schema([pa.field(column, type_) for column, type_ in columns])
    table = pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
    connection.register("incoming", table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
    connection.unregister("incoming")


def _add_categories(connection: duckdb.DuckDBPyConnection, categories: Categories) -> None:
    rows = [(c.id, c.parent, c.labelled, in_language(c.names)) for c in categories.by_id.values()]
    columns = [("id", _TEXT), ("parent", _TEXT), ("labelled", _FLAG), ("name", _TEXT)]
    _table(connection, "category", columns, rows)
    tree = [(ancestor, category) for category in categories.by_id for ancestor in categories.ancestors(category)]
    _table(connection, "category_tree", [("ancestor", _TEXT), ("category", _TEXT)], tree)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE related AS
        SELECT ancestor AS category, category AS other FROM category_tree
        UNION SELECT category, ancestor FROM category_tree
        UNION SELECT a.id, b.id FROM category a JOIN category b USING (parent)
    """)
    phrases = {
        (category.id, canonical(phrase)) for category in categories.by_id.values() for phrase in category.phrases()
    }
    rows_of_phrases = [
        (category, phrase, opening_of(phrase), weight_of(phrase)) for category, phrase in sorted(phrases)
    ]
    columns = [("category", _TEXT), ("phrase", _TEXT), ("opening", _TEXT), ("weight", _NUMBER)]
    _table(connection, "phrase", columns, [row for row in rows_of_phrases if len(row[1]) > 1])


def _add_programmes(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, economy: str | None) -> None:
    rows = [(p.id, in_language(p.names), p.type, p.assurance, p.economy) for p in catalogue.programmes.values()]
    columns = [("id", _TEXT), ("name", _TEXT), ("type", _TEXT), ("assurance", _TEXT), ("economy", _TEXT)]
    _table(connection, "programme", columns, rows)
    home = [
        (p.id,)
        for p in catalogue.programmes.values()
        if p.assurance != "self_declared" and (economy is None or economy in p.home())
    ]
    _table(connection, "home_programme", [("programme", _TEXT)], home)
    carried = [
        (holder, accepting, a.id, a.from_, a.until, list(a.categories))
        for a in catalogue.agreements.values()
        if a.carries_certificates()
        for holder in a.parties
        for accepting in a.parties
        if holder != accepting
    ]
    columns = [("holder", _TEXT), ("accepting", _TEXT), ("id", _TEXT), ("from_date", _DAY), ("until_date", _DAY)]
    _table(connection, "agreement", [*columns, ("categories", pa.list_(_TEXT))], carried)


def _add_rules(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, economy: str | None) -> None:
    rules = [
        rule
        for rule in catalogue.rules.values()
        if rule.economy == economy and rule.jurisdiction is None and rule.obliges()
    ]
    rows = [
        (r.id, r.names.get("en"), r.names.get("zh"), r.document.number, r.in_force.from_, r.in_force.until)
        for r in rules
    ]
    names = [("id", _TEXT), ("name_en", _TEXT), ("name_zh", _TEXT), ("document", _TEXT)]
    _table(connection, "rule", [*names, ("from_date", _DAY), ("until_date", _DAY)], rows)
    programmes = [(rule.id, programme) for rule in rules for programme in rule.proof.programmes]
    _table(connection, "rule_programme", [("rule", _TEXT), ("programme", _TEXT)], programmes)
    items = [
        (rule.id, i.category, i.obligation.value, i.mark, in_language(i.condition) if i.condition else None)
        for rule in rules
        for i in rule.items
    ]
    columns = [("rule", _TEXT), ("category", _TEXT), ("obligation", _TEXT), ("mark", _TEXT), ("condition", _TEXT)]
    _table(connection, "rule_item", columns, items)


#: Every category a rule covers, with its strongest item of the nearest level: an item for a group covers what is below
#: it, unless the rule has an item of its own there; `*` covers every category in which an accepted programme has
#: licences. Needs the views of a snapshot.
RULE_CATEGORY = f"""
CREATE OR REPLACE TEMP TABLE rule_category AS
WITH covered AS (
    SELECT i.rule, t.category, i.obligation, i.mark, i.condition, i.category AS item,
        (SELECT count(*) FROM category_tree d WHERE d.category = i.category) AS depth
    FROM rule_item i JOIN category_tree t ON t.ancestor = i.category
    UNION ALL
    SELECT DISTINCT i.rule, l.category, i.obligation, i.mark, i.condition, '*', 0
    FROM rule_item i JOIN rule_programme p USING (rule) JOIN licences l USING (programme)
    WHERE i.category = '{ANY_CATEGORY}'
)
SELECT rule, category, obligation, mark, condition FROM covered
QUALIFY row_number() OVER (
    PARTITION BY rule, category
    ORDER BY depth DESC, list_position(['mandatory', 'priority', 'voluntary'], obligation), mark, condition NULLS FIRST
) = 1
"""
