"""The catalogue as tables, so that every step of screening is a join.

Tables: `category` (id, parent, labelled), `category_tree` (ancestor, category), `related` (category, other), `rule`,
`rule_category`, `rule_programme`, `programme`, `home_programme`, `agreement`, `brand_alias`, and `decision`: what was
decided by people; for classifying `phrase` (category, phrase, opening, weight), too.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from tenring.catalogue import Catalogue, Categories
from tenring.catalogue.rules import ANY_CATEGORY
from tenring.language import in_language
from tenring.model.sql import Engine, Step, table_of
from tenring.screening.memory import Recorded
from tenring.screening.phrases import canonical, opening_of, weight_of
from tenring.screening.remember import add_decisions

_TEXT, _DAY, _FLAG, _NUMBER = pa.string(), pa.date32(), pa.bool_(), pa.float64()


def add_reference(
    engine: Engine, catalogue: Catalogue, economy: str | None, *, decisions: Sequence[Recorded] = ()
) -> None:
    """Make all tables named above, with the rules and home programmes of `economy` (None: no rules, all programmes)."""
    add_decisions(engine, decisions)
    _add_categories(engine, catalogue.categories)
    _add_programmes(engine, catalogue, economy)
    _add_rules(engine, catalogue, economy)
    rows = catalogue.brands.items()
    engine.add("brand_alias", table_of([("key", _TEXT), ("usual", _TEXT)], rows))


def _add_categories(engine: Engine, categories: Categories) -> None:
    rows = [(c.id, c.parent, c.labelled, in_language(c.names)) for c in categories.by_id.values()]
    columns = [("id", _TEXT), ("parent", _TEXT), ("labelled", _FLAG), ("name", _TEXT)]
    engine.add("category", table_of(columns, rows))
    tree = [(ancestor, category) for category in categories.by_id for ancestor in categories.ancestors(category)]
    engine.add("category_tree", table_of([("ancestor", _TEXT), ("category", _TEXT)], tree))
    engine.run([_RELATED])


def add_phrases(engine: Engine, categories: Categories) -> None:
    """Make `phrase`: the words by which each category is known, tens of thousands."""
    phrases = {
        (category.id, canonical(phrase)) for category in categories.by_id.values() for phrase in category.phrases()
    }
    rows_of_phrases = [
        (category, phrase, opening_of(phrase), weight_of(phrase)) for category, phrase in sorted(phrases)
    ]
    columns = [("category", _TEXT), ("phrase", _TEXT), ("opening", _TEXT), ("weight", _NUMBER)]
    engine.add("phrase", table_of(columns, [row for row in rows_of_phrases if len(row[1]) > 1]))


#: One row = two categories that do not contradict each other: one above the other, or under the same group.
_RELATED = Step(
    "related",
    """
    SELECT ancestor AS category, category AS other FROM category_tree
    UNION SELECT category, ancestor FROM category_tree
    UNION SELECT a.id, b.id FROM category a JOIN category b USING (parent)
    """,
)


def _add_programmes(engine: Engine, catalogue: Catalogue, economy: str | None) -> None:
    rows = [(p.id, in_language(p.names), p.type, p.assurance, p.economy) for p in catalogue.programmes.values()]
    columns = [("id", _TEXT), ("name", _TEXT), ("type", _TEXT), ("assurance", _TEXT), ("economy", _TEXT)]
    engine.add("programme", table_of(columns, rows))
    home = [
        (p.id,)
        for p in catalogue.programmes.values()
        if p.assurance != "self_declared" and (economy is None or economy in p.home())
    ]
    engine.add("home_programme", table_of([("programme", _TEXT)], home))
    carried = [
        (holder, accepting, a.id, a.from_, a.until, list(a.categories))
        for a in catalogue.agreements.values()
        if a.carries_certificates()
        for holder in a.parties
        for accepting in a.parties
        if holder != accepting
    ]
    columns = [("holder", _TEXT), ("accepting", _TEXT), ("id", _TEXT), ("from_date", _DAY), ("until_date", _DAY)]
    engine.add("agreement", table_of([*columns, ("categories", pa.list_(_TEXT))], carried))


def _add_rules(engine: Engine, catalogue: Catalogue, economy: str | None) -> None:
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
    engine.add("rule", table_of([*names, ("from_date", _DAY), ("until_date", _DAY)], rows))
    programmes = [(rule.id, programme) for rule in rules for programme in rule.proof.programmes]
    engine.add("rule_programme", table_of([("rule", _TEXT), ("programme", _TEXT)], programmes))
    items = [
        (rule.id, i.category, i.obligation.value, i.mark, in_language(i.condition) if i.condition else None)
        for rule in rules
        for i in rule.items
    ]
    columns = [("rule", _TEXT), ("category", _TEXT), ("obligation", _TEXT), ("mark", _TEXT), ("condition", _TEXT)]
    engine.add("rule_item", table_of(columns, items))


#: Every category a rule covers, with its strongest item of the nearest level: an item for a group covers what is below
#: it, unless the rule has an item of its own there; `*` covers every category in which an accepted programme has
#: licences. Needs the views of a snapshot.
RULE_CATEGORY = Step(
    "rule_category",
    f"""
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
        ORDER BY depth DESC, list_position(['mandatory', 'priority', 'voluntary'], obligation), mark,
            condition NULLS FIRST
    ) = 1
    """,
)
