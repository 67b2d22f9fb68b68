"""What people decided, used in screening: a confirmed pair or category counts first, a rejected one not at all.

Input: `decision` (made by `add_decisions`), `purchase`, later `line`, `matched`, the snapshot's views. Output:
`category_decided` (one row = one line and a category that was decided about), `pair_decided` (one row = one distinct
product and a licence that was decided about), `pair_rejected`; and in SQL: what the classifier and the matcher say
after that. A confirmation tells which licence it is, never that the licence is valid: dates decide that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import pyarrow as pa

from tenring.model.sql import Engine, Step, quoted, table_of
from tenring.screening.memory.decision import Kind, LicenceMeant
from tenring.screening.memory.identity import gtin_identity_sql, identity_sql, key_sql
from tenring.screening.memory.store import Recorded

_TEXT = pa.string()
_COLUMNS = [
    ("decision_id", pa.int64()), ("place", pa.int64()), ("kind", _TEXT), ("decided", _TEXT), ("subject_key", _TEXT),
    ("licence_id", _TEXT), ("programme", _TEXT), ("number", _TEXT), ("brand", _TEXT), ("model", _TEXT), ("name", _TEXT),
    ("category", _TEXT), ("at", _TEXT), ("features", _TEXT),
]  # fmt: skip
_CATEGORY_DECIDED = [("line_id", _TEXT), ("decision_id", pa.int64()), ("decided", _TEXT), ("category", _TEXT)]

#: A product's identity as the columns of `purchase` and of `line` give it: see memory.decision.Subject.key.
_PRODUCT = (identity_sql("brand"), identity_sql("model"), gtin_identity_sql("gtin"))
_CERTIFICATE = identity_sql("certificate")


def _match_key() -> str:
    text = identity_sql("text")
    certificate = f"CASE WHEN contains({text}, {_CERTIFICATE}) THEN '' ELSE {_CERTIFICATE} END"
    return key_sql(text, *_PRODUCT, certificate)


def _category_key() -> str:
    code = (identity_sql("code_scheme"), identity_sql("code"), identity_sql("code_name"))
    return key_sql(identity_sql("description"), *_PRODUCT, *code)


@dataclass(frozen=True)
class DecisionsUsed:
    """How many decisions are about products of a screening: those used, and those whose licence or category is gone."""

    used: int
    gone: int


def add_decisions(engine: Engine, decisions: Sequence[Recorded]) -> None:
    """Make the table `decision`: one row = one decision that counts, `place` its place in time."""
    engine.add("decision", table_of(_COLUMNS, (_row(place, one) for place, one in enumerate(decisions))))


def _row(place: int, recorded: Recorded) -> tuple[object, ...]:
    decision = recorded.decision
    meant = decision.licence
    licence = astuple(meant) if meant else (None,) * len(fields(LicenceMeant))
    day = decision.at.date().isoformat()
    features = {"confirmed": 1.0, "who": decision.who, "when": day, "why": decision.why}
    told = json.dumps(features, ensure_ascii=False, separators=(",", ":"))
    facts = (recorded.id, place, decision.kind.value, decision.decided.value, decision.subject_key)
    return (*facts, *licence, decision.category, day, told)


def _some(engine: Engine, kind: Kind) -> bool:
    ((count,),) = engine.rows(f"SELECT count(*) FROM decision WHERE kind = {quoted(kind)}")
    return bool(count)


# categories


def decide_categories(engine: Engine) -> None:
    """Make `category_decided` from `purchase`; without decisions no line is looked at."""
    if _some(engine, Kind.CATEGORY):
        engine.run(_CATEGORY_STEPS)
    else:
        engine.add("line_decided", table_of(_CATEGORY_DECIDED[:2], ()))
        engine.add("category_decided", table_of(_CATEGORY_DECIDED, ()))


_CATEGORY_STEPS = [
    # one row = one line and a decision about its category
    Step(
        "line_decided",
        f"""
        SELECT p.line_id, d.decision_id FROM (SELECT line_id, {_category_key()} AS subject_key FROM purchase) p
        JOIN decision d USING (subject_key) WHERE d.kind = 'category'
        """,
    ),
    # one row = the same, where the catalogue still has the category
    Step(
        "category_decided",
        """
        SELECT l.line_id, l.decision_id, d.decided, d.category
        FROM line_decided l JOIN decision d USING (decision_id) JOIN category k ON k.id = d.category
        """,
    ),
]


def overruled(engine: Engine, classified: Step) -> list[Step]:
    """The steps that make `classified` with people's decisions before all other evidence."""
    ((count,),) = engine.rows("SELECT count(*) FROM category_decided")
    if not count:
        return [classified]
    return [Step("classified_alone", classified.sql), *_OVERRULED]


_OVERRULED = [
    # one row = one line with what is left of its nearest categories
    Step(
        "nearest_left",
        """
        SELECT n.line_id, list(n.category ORDER BY n.place) AS nearest
        FROM (
            SELECT line_id, place, nearest[place] AS category
            FROM (
                SELECT line_id, nearest, unnest(range(1, 11)) AS place
                FROM classified_alone SEMI JOIN category_decided USING (line_id)
            )
        ) n
        LEFT JOIN category_decided d ON d.line_id = n.line_id AND d.category = n.category AND d.decided = 'rejected'
        WHERE n.category IS NOT NULL AND d.line_id IS NULL
        GROUP BY n.line_id
        """,
    ),
    # one row = one line: the category that was confirmed, else the one found unless it was rejected
    Step(
        "classified",
        """
        SELECT a.line_id,
            CASE WHEN c.line_id IS NOT NULL THEN c.category WHEN r.line_id IS NULL THEN a.category END AS category,
            CASE WHEN c.line_id IS NOT NULL THEN 1.0 WHEN r.line_id IS NULL THEN a.category_score ELSE 0.0 END::DOUBLE
                AS category_score,
            CASE WHEN c.line_id IS NOT NULL THEN 'confirmed' WHEN r.line_id IS NULL THEN a.category_by END
                AS category_by,
            CASE WHEN t.line_id IS NULL THEN a.nearest ELSE coalesce(n.nearest, []) END AS nearest
        FROM classified_alone a
        LEFT JOIN (SELECT DISTINCT line_id FROM category_decided) t USING (line_id)
        LEFT JOIN nearest_left n USING (line_id)
        LEFT JOIN (SELECT line_id, category FROM category_decided WHERE decided = 'confirmed') c USING (line_id)
        LEFT JOIN (SELECT line_id, category FROM category_decided WHERE decided = 'rejected') r
            ON r.line_id = a.line_id AND r.category = a.category
        """,
    ),
]


# matches


def decide_pairs(engine: Engine) -> None:
    """Make `pair_decided` and `pair_rejected` from `line`, `matched` and the snapshot's views."""
    if _some(engine, Kind.MATCH):
        engine.run(_PAIR_STEPS)
    else:
        engine.run([Step("pair_decided", _NONE_DECIDED), Step("pair_rejected", _NONE_REJECTED)])


_NONE_DECIDED = """
    SELECT m.item_id, m.entry_id, '' AS decided, CAST(NULL AS BIGINT) AS decision_id, '' AS model, '' AS features
    FROM matched m WHERE false
"""
_NONE_REJECTED = "SELECT item_id, entry_id, matched_model, score, '' AS day FROM matched WHERE false"

_PAIR_STEPS = [
    # one row = one decision and a product of this screening that it is about
    Step(
        "item_decided",
        f"""
        SELECT l.item_id, d.decision_id FROM (SELECT item_id, {_match_key()} AS subject_key FROM line) l
        JOIN decision d USING (subject_key) WHERE d.kind = 'match'
        """,
    ),
    # one row = one decision about some product here and a licence that may be the one meant. `same`: the programme,
    # number, brand and model (without a model: name) that the person saw; a licence that changed them is another one
    Step(
        "licence_near",
        f"""
        SELECT d.decision_id, l.licence_id, l.licence_id = d.licence_id AS same_id,
            l.programme = d.programme AND l.number = d.number
            AND {identity_sql("l.brand")} = {identity_sql("d.brand")}
            AND CASE WHEN d.model IS NULL THEN {identity_sql("l.name")} = {identity_sql("d.name")}
                ELSE m.licence_id IS NOT NULL END AS same
        FROM (SELECT * FROM decision SEMI JOIN item_decided USING (decision_id)) d
        JOIN licences l ON l.programme = d.programme AND (l.number = d.number OR l.licence_id = d.licence_id)
        LEFT JOIN (SELECT DISTINCT licence_id, {identity_sql("model")} AS model FROM models) m
            ON m.licence_id = l.licence_id AND m.model = {identity_sql("d.model")}
        """,
    ),
    # one row = one decision and a licence it holds for. A confirmation needs the very licence that was seen; a
    # rejection also holds when the entry it was about has changed since
    Step(
        "licence_decided",
        """
        SELECT n.decision_id, n.licence_id
        FROM licence_near n JOIN decision d USING (decision_id)
        WHERE n.same OR (n.same_id AND d.decided = 'rejected')
        QUALIFY n.same_id OR NOT bool_or(n.same_id) OVER (PARTITION BY n.decision_id)
        """,
    ),
    # one row = one product and one licence with the latest decision about them
    Step(
        "pair_decided",
        """
        SELECT i.item_id, l.licence_id AS entry_id, d.decided, d.decision_id,
            coalesce(d.model, d.name, d.number) AS model, d.features
        FROM item_decided i JOIN licence_decided l USING (decision_id) JOIN decision d USING (decision_id)
        QUALIFY row_number() OVER (PARTITION BY i.item_id, l.licence_id ORDER BY d.place DESC) = 1
        """,
    ),
    # one row = one product with the best pair that the matcher had found and a person rejected
    Step(
        "pair_rejected",
        """
        SELECT m.item_id, m.entry_id, m.matched_model, m.score, d.at AS day
        FROM matched m JOIN pair_decided p USING (item_id, entry_id) JOIN decision d USING (decision_id)
        WHERE p.decided = 'rejected'
        QUALIFY row_number() OVER (PARTITION BY m.item_id ORDER BY m.score DESC, m.entry_id) = 1
        """,
    ),
]

#: SQL for `matched` after people's decisions, as a subquery: the same columns, no copy of a large table.
REMEMBERED = """(
    SELECT m.item_id, m.entry_id, m.rung, m.score, m.features, m.matched_model, m.ties - coalesce(g.gone, 0) AS ties
    FROM matched m
    LEFT JOIN pair_decided d ON d.item_id = m.item_id AND d.entry_id = m.entry_id
    LEFT JOIN (
        SELECT item_id, score, count(*) AS gone FROM matched SEMI JOIN pair_decided USING (item_id, entry_id)
        GROUP BY item_id, score
    ) g ON g.item_id = m.item_id AND g.score = m.score
    WHERE d.item_id IS NULL
    UNION ALL
    SELECT item_id, entry_id, 'confirmed', 1.0::DOUBLE, features, model, count(*) OVER (PARTITION BY item_id)
    FROM pair_decided WHERE decided = 'confirmed'
)"""


def decision_use(engine: Engine) -> str:
    """SQL: one row = one decision and how it is about the lines whose categories and pairs are decided."""
    tables = {"about": "line_decided", "holding": "category_decided", "pair": "pair_decided"}
    if _some(engine, Kind.MATCH):
        tables["item"] = "item_decided"
    found = [f"SELECT DISTINCT {quoted(how)} AS how, decision_id FROM {table}" for how, table in tables.items()]
    return " UNION ALL ".join(found)


def used(engine: Engine) -> DecisionsUsed:
    """How many decisions were used, by `decision_used`: the rows of `decision_use` of all lines, of whatever parts."""
    rows = engine.rows("SELECT how, count(DISTINCT decision_id) FROM decision_used GROUP BY how")
    count = {"about": 0, "holding": 0, "pair": 0, "item": 0} | dict(rows)
    used_ = count["holding"] + count["pair"]
    return DecisionsUsed(used=used_, gone=count["about"] + count["item"] - used_)
