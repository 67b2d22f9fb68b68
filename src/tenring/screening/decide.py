"""The verdict of each line on its date.

Input: everything the stages before made (`purchase`, `classified`, `line_item`, `matched`, `line_licensed`), the
snapshot's views and the tables of `reference`. Output: `screened` (tables.SCREENED_LINES), `obligation` (one row per
line and rule, with `met`) and `alternative`.
"""

from __future__ import annotations

from datetime import date

from tenring.language import current
from tenring.matching.v1 import THRESHOLD
from tenring.model.sql import Engine, Step
from tenring.screening.classify import BY_MODEL
from tenring.screening.explain import NEAR, explanation, unmet_names
from tenring.screening.oblige import obliged
from tenring.screening.remember import REMEMBERED

#: Certified alternatives named for each category.
ALTERNATIVES = 5

_RUNG_ORDER = "list_position(['confirmed', 'certificate', 'gtin', 'model', 'text'], rung)"


def decide(engine: Engine, *, reference_day: date) -> None:
    """Make the tables `screened`, `obligation`, `alternative`; lines without a date are judged on `reference_day`."""
    answer(engine, reference_day=reference_day)
    engine.run([Step("screened", screened())])
    offer(engine)


def answer(engine: Engine, *, reference_day: date) -> None:
    """Make `obligation`, `wanted_here` (what `offer` needs to know of these lines), and what `screened` reads."""
    steps = [
        *_line_steps(reference_day),
        *_SITUATION_STEPS,
        *_CANDIDATE_STEPS,
        *_ANSWER_STEPS,
        unmet_names(_language_of_rules()),
    ]
    engine.run([*steps, _WANTED_HERE])
    engine.drop(*_DONE)


def offer(engine: Engine) -> None:
    """Make the tables `alternative` and `alternative_named` from `wanted_here` of all lines, the views, `reference`."""
    engine.run(_OFFER_STEPS)


#: Tables of lines that neither `screened` nor `offer` reads.
_DONE = ("line_state", "line_situation", "line_met", "candidate", "candidate_worth")


def _line_steps(reference_day: date) -> list[Step]:
    by_licence = f"a.category IS NOT NULL AND (c.category IS NULL OR c.category_by = '{BY_MODEL}')"
    return [
        # one row = one line with the day it is judged on and its category: a line that no code or word classified
        # takes the category of its licence, unless a person rejected that; a model's guess comes after the licence
        Step(
            "line_state",
            f"""
            SELECT p.line_id, i.item_id, coalesce(p.date, DATE '{reference_day.isoformat()}') AS day,
                CASE WHEN {by_licence} THEN a.category ELSE c.category END AS category,
                CASE WHEN {by_licence} THEN a.score ELSE c.category_score END AS category_score,
                CASE WHEN {by_licence} THEN 'licence' ELSE c.category_by END AS category_by
            FROM purchase p JOIN classified c USING (line_id) JOIN line_item i USING (line_id)
            LEFT JOIN line_licensed a USING (line_id)
            """,
        ),
    ]


#: What depends only on category and day is worked out once for each pair of them, not once for each line.
_SITUATION_STEPS = [
    # one row = one category and day that some line has
    Step("situation", "SELECT DISTINCT category, day FROM line_state WHERE category IS NOT NULL"),
    # one row = one of them and one rule that obliges it
    Step("situation_rule", obliged("situation")),
    Step(
        "situation_rules",
        """
        SELECT category, day, array_to_string(list(rule ORDER BY rule), ' ') AS rules
        FROM situation_rule GROUP BY category, day
        """,
    ),
    # one row = one set of rules that hold together; 0 stands for no rule
    Step(
        "acceptance",
        """
        SELECT rules, row_number() OVER (ORDER BY rules) AS acceptance
        FROM (SELECT DISTINCT rules FROM situation_rules)
        """,
    ),
    # one row = one set of rules and one programme whose certificates count under it
    Step(
        "acceptance_programme",
        """
        SELECT DISTINCT a.acceptance, p.programme
        FROM acceptance a JOIN situation_rules USING (rules) JOIN situation_rule r USING (category, day)
        JOIN rule_programme p ON p.rule = r.rule
        UNION ALL SELECT 0, programme FROM home_programme
        """,
    ),
    # one row = one day on which a period began in which a category had a licence of a programme, and the last end of
    # those that began then; a date that is missing lies beyond all days
    Step(
        "available",
        """
        SELECT t.ancestor AS category, a.programme, a.begin_day, max(a.end_day) AS end_day
        FROM (
            SELECT l.category, l.programme, coalesce(p.from_date, DATE '0001-01-01') AS begin_day,
                max(coalesce(p.until_date, DATE '9999-12-31')) AS end_day
            FROM licences l JOIN statuses p USING (licence_id) WHERE p.status = 'active'
            GROUP BY l.category, l.programme, coalesce(p.from_date, DATE '0001-01-01')
        ) a JOIN category_tree t ON t.category = a.category
        GROUP BY t.ancestor, a.programme, a.begin_day
        """,
    ),
    # one row = one period, without overlaps, in which a category had a licence that counts under a set of rules
    Step(
        "available_period",
        """
        WITH asked AS (
            SELECT DISTINCT s.category, coalesce(a.acceptance, 0) AS acceptance
            FROM situation s LEFT JOIN situation_rules USING (category, day) LEFT JOIN acceptance a USING (rules)
        ), period AS (
            SELECT q.category, q.acceptance, v.begin_day, max(v.end_day) AS end_day
            FROM asked q JOIN acceptance_programme p USING (acceptance)
            JOIN available v ON v.category = q.category AND v.programme = p.programme
            GROUP BY q.category, q.acceptance, v.begin_day
        ), headed AS (
            SELECT *, CASE WHEN begin_day <= max(end_day) OVER (
                PARTITION BY category, acceptance ORDER BY begin_day, end_day
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS head
            FROM period
        ), joined AS (
            SELECT *, sum(head) OVER (
                PARTITION BY category, acceptance ORDER BY begin_day, end_day
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS place
            FROM headed
        )
        SELECT category, acceptance, place, min(begin_day) AS begin_day, max(end_day) AS end_day
        FROM joined GROUP BY category, acceptance, place
        """,
    ),
    # one row = one category and day: what counts for it, whether certified products existed that day, and whether the
    # snapshot has any for the category, on whatever date
    Step(
        "situation_answer",
        """
        SELECT s.category, s.day, s.acceptance, p.place IS NOT NULL AS existed, c.category IS NOT NULL AS covered
        FROM (
            SELECT category, day, coalesce(a.acceptance, 0) AS acceptance
            FROM situation LEFT JOIN situation_rules USING (category, day) LEFT JOIN acceptance a USING (rules)
        ) s
        LEFT JOIN available_period p ON p.category = s.category AND p.acceptance = s.acceptance
            AND p.begin_day <= s.day AND s.day < p.end_day
        LEFT JOIN (SELECT DISTINCT category, acceptance FROM available_period) c
            ON c.category = s.category AND c.acceptance = s.acceptance
        """,
    ),
    # one row = one line with the same
    Step(
        "line_situation",
        """
        SELECT s.*, coalesce(a.acceptance, 0) AS acceptance, coalesce(a.existed, false) AS existed,
            coalesce(a.covered, false) AS covered
        FROM line_state s LEFT JOIN situation_answer a USING (category, day)
        """,
    ),
]


_CANDIDATE_STEPS = [
    # one row = one pair of line and licence with the licence's status on the line's day
    Step(
        "candidate",
        f"""
        SELECT s.line_id, s.item_id, s.day, s.acceptance, m.entry_id AS licence_id, m.rung, m.score,
            l.programme, l.category AS licence_category, t.status, t.until_date,
            m.score >= {THRESHOLD} AS sure,
            l.programme IN (SELECT id FROM programme WHERE assurance = 'self_declared') AS self_declared
        FROM line_situation s JOIN {REMEMBERED} m USING (item_id) JOIN licences l ON l.licence_id = m.entry_id
        LEFT JOIN statuses t ON t.licence_id = m.entry_id
            AND (t.from_date IS NULL OR t.from_date <= s.day) AND (t.until_date IS NULL OR s.day < t.until_date)
        """,
    ),
    # one row = a programme, category and day of candidates that an agreement recognises under a set of rules
    Step(
        "recognition",
        """
        SELECT c.acceptance, c.programme, c.licence_category, c.day, min(g.id) AS id
        FROM (
            SELECT DISTINCT acceptance, programme, licence_category, day FROM candidate
            WHERE programme IN (SELECT holder FROM agreement)
        ) c
        JOIN acceptance_programme x USING (acceptance)
        JOIN agreement g ON g.holder = c.programme AND g.accepting = x.programme
            AND (len(g.categories) = 0 OR list_contains(g.categories, c.licence_category))
            AND (g.from_date IS NULL OR g.from_date <= c.day) AND (g.until_date IS NULL OR c.day <= g.until_date)
        GROUP BY c.acceptance, c.programme, c.licence_category, c.day
        """,
    ),
    # one row = the same, with what it is worth for the line: 1 green, 2 recognised, 3 lapsed, 4 certified elsewhere,
    # 5 lapsed elsewhere, 6 not sure enough
    Step(
        "candidate_worth",
        """
        SELECT c.*, a.programme IS NOT NULL AS accepted, g.id AS agreement,
            CASE WHEN NOT c.sure THEN 6
                 WHEN c.self_declared THEN 4
                 WHEN a.programme IS NOT NULL AND c.status = 'active' THEN 1
                 WHEN g.id IS NOT NULL AND c.status = 'active' THEN 2
                 WHEN a.programme IS NOT NULL THEN 3
                 WHEN c.status = 'active' THEN 4
                 ELSE 5 END AS worth
        FROM candidate c
        LEFT JOIN acceptance_programme a ON a.acceptance = c.acceptance AND a.programme = c.programme
        LEFT JOIN recognition g ON g.acceptance = c.acceptance AND g.programme = c.programme
            AND g.licence_category = c.licence_category AND g.day = c.day
        """,
    ),
    # one row = one line with the licence that answers it best
    Step(
        "best",
        f"""
        SELECT line_id, item_id, licence_id, rung, score, programme, status, self_declared, agreement, worth
        FROM candidate_worth
        QUALIFY row_number() OVER (
            PARTITION BY line_id ORDER BY worth, {_RUNG_ORDER}, score DESC,
                CASE WHEN until_date IS NULL THEN DATE '9999-12-31' ELSE until_date END DESC, licence_id
        ) = 1
        """,
    ),
    # one row = a pair of which an answer says something, with what the match rests on: long texts
    Step(
        "best_told",
        f"""
        SELECT item_id, entry_id, matched_model, features, ties FROM {REMEMBERED} SEMI JOIN (
            SELECT item_id, licence_id AS entry_id FROM best WHERE worth < 6 OR score >= {NEAR}
        ) b USING (item_id, entry_id)
        """,
    ),
]


def _strongest(obligations: str, *key: str) -> str:
    """SQL: for each `key` its strongest obligation (rule, obligation, mark, condition), and the rules not met."""
    keys = ", ".join(key)
    return f"""
        SELECT {keys}, first(rule ORDER BY rank) AS rule, first(obligation ORDER BY rank) AS obligation,
            first(mark ORDER BY rank) AS mark, first(condition ORDER BY rank) AS condition,
            list(rule ORDER BY rule) FILTER (met IS false AND obligation <> 'voluntary') AS unmet
        FROM (
            SELECT *, list_position(['mandatory', 'priority', 'voluntary'], obligation) * 1000
                + row_number() OVER (PARTITION BY {keys} ORDER BY coalesce(met, false) DESC, rule) AS rank
            FROM {obligations}
        ) GROUP BY {keys}
    """


_ANSWER_STEPS = [
    # one row = one line and one rule that a certificate meets
    Step(
        "line_met",
        """
        SELECT DISTINCT c.line_id, p.rule FROM candidate_worth c JOIN rule_programme p USING (programme)
        WHERE c.worth = 1
        """,
    ),
    # one row = one category and day and one rule that obliges it, and whether it is met where no certificate does: not
    # known (null) where the snapshot has no licences of the rule's programmes in the category
    Step(
        "situation_met",
        """
        SELECT r.*, CASE WHEN k.category IS NOT NULL THEN false END AS met
        FROM situation_rule r
        LEFT JOIN (
            SELECT DISTINCT v.category, p.rule FROM available v JOIN rule_programme p USING (programme)
        ) k ON k.category = r.category AND k.rule = r.rule
        """,
    ),
    # one row = one line and one rule that obliges it, and whether a certificate meets the rule
    Step(
        "obligation",
        """
        SELECT s.line_id, r.rule, r.obligation, r.rule_name_en AS rule_names_en, r.rule_name_zh AS rule_names_zh,
            r.document, r.mark, r.condition, CASE WHEN m.line_id IS NOT NULL THEN true ELSE r.met END AS met
        FROM line_state s JOIN situation_met r USING (category, day)
        LEFT JOIN line_met m ON m.line_id = s.line_id AND m.rule = r.rule
        """,
    ),
    # one row = one category and day with its strongest obligation where no certificate meets any
    Step("situation_obligation", _strongest("situation_met", "category", "day")),
    # one row = one line with its strongest obligation, and the rules that are not met
    Step(
        "line_obligation",
        f"""
        {_strongest("(SELECT * FROM obligation SEMI JOIN line_met USING (line_id))", "line_id")}
        UNION ALL
        SELECT s.line_id, o.rule, o.obligation, o.mark, o.condition, o.unmet
        FROM line_state s ANTI JOIN line_met USING (line_id) JOIN situation_obligation o USING (category, day)
        """,
    ),
    Step(
        "line_verdict",
        """
        SELECT s.*, CASE
            WHEN b.worth = 1 THEN 'green'
            WHEN b.worth = 2 THEN 'recognised'
            WHEN b.worth = 3 THEN 'lapsed'
            WHEN s.category IS NULL THEN 'unclassified'
            WHEN NOT c.labelled THEN 'out_of_scope'
            WHEN s.existed THEN 'missed'
            ELSE 'none_available' END AS verdict
        FROM line_situation s LEFT JOIN best b USING (line_id) LEFT JOIN category c ON c.id = s.category
        """,
    ),
]


def _language_of_rules() -> str:
    """Rules have names in English and Chinese."""
    return "zh" if current() == "zh" else "en"


def _found() -> str:
    """SQL: the columns of the licence that answers a line; null where the best one is not sure enough."""
    columns = {
        "programme": "b.programme",
        "programme_type": "h.type",
        "register": "n.register",
        "register_read": "n.last_read",
        "licence_id": "b.licence_id",
        "licence_number": "n.number",
        "licence_status": "b.status",
        "valid_from": "n.valid_from",
        "valid_until": "n.valid_until",
        "valid_from_derived": "n.valid_from_derived",
        "matched_brand": "n.brand",
        "matched_model": "m.matched_model",
        "rung": "b.rung",
        "score": "b.score",
        "features": "m.features",
        "ties": "m.ties",
    }
    return ", ".join(f"CASE WHEN b.worth < 6 THEN {sql} END AS {name}" for name, sql in columns.items())


def screened() -> str:
    """SQL: one row = the answer for one line (tables.SCREENED_LINES)."""
    return f"""
        SELECT p.line_id, p.source_file, p.sheet, p.row, p.date, p.buyer, p.supplier, p.description, p.brand, p.model,
            p.quantity, p.unit, p.amount, p.currency,
            v.category, v.category_score, v.category_by,
            o.obligation, o.rule, o.mark AS rule_mark, coalesce(o.unmet, []) AS obligations_unmet,
            v.verdict,
            {_found()},
            {explanation()} AS explanation
        FROM purchase p JOIN line_verdict v USING (line_id)
        LEFT JOIN line_obligation o USING (line_id) LEFT JOIN unmet_names w ON w.unmet = o.unmet
        LEFT JOIN best b USING (line_id)
        LEFT JOIN best_told m ON m.item_id = b.item_id AND m.entry_id = b.licence_id
        LEFT JOIN (
            SELECT l.* FROM licences l SEMI JOIN best_told t ON t.entry_id = l.licence_id
        ) n ON n.licence_id = b.licence_id
        LEFT JOIN programme h ON h.id = b.programme
        LEFT JOIN pair_rejected z ON z.item_id = v.item_id
        LEFT JOIN (
            SELECT l.licence_id, l.brand, l.number
            FROM licences l SEMI JOIN pair_rejected z ON z.entry_id = l.licence_id
        ) zl ON zl.licence_id = z.entry_id
        LEFT JOIN rule r ON r.id = o.rule
        LEFT JOIN category k ON k.id = v.category
    """


#: One row = one category with missed or lapsed lines, on their last day, and one programme that counted for any.
_WANTED_HERE = Step(
    "wanted_here",
    """
    SELECT DISTINCT w.category, d.day, p.programme
    FROM (
        SELECT DISTINCT category, acceptance FROM line_verdict
        WHERE verdict IN ('missed', 'lapsed') AND category IS NOT NULL
    ) w
    JOIN (
        SELECT category, max(day) AS day FROM line_verdict WHERE verdict IN ('missed', 'lapsed') GROUP BY category
    ) d USING (category)
    JOIN acceptance_programme p USING (acceptance)
    """,
)

_OFFER_STEPS = [
    # one row = the same for all lines, of which there may be several parts
    Step(
        "wanted",
        """
        SELECT DISTINCT h.category, d.day, h.programme
        FROM wanted_here h JOIN (SELECT category, max(day) AS day FROM wanted_here GROUP BY category) d USING (category)
        """,
    ),
    # one row = one category and brand with the licence that lasts longest
    Step(
        "alternative_licence",
        f"""
        WITH offer AS (
            SELECT w.category, coalesce(l.brand, '') AS brand, l.licence_id,
                coalesce(l.valid_until, DATE '0001-01-01') AS lasts
            FROM wanted w JOIN category_tree t ON t.ancestor = w.category
            JOIN licences l ON l.category = t.category AND l.programme = w.programme
            JOIN statuses p ON p.licence_id = l.licence_id AND p.status = 'active'
                AND (p.from_date IS NULL OR p.from_date <= w.day) AND (p.until_date IS NULL OR w.day < p.until_date)
        )
        SELECT category, brand, min(licence_id) AS licence_id, lasts
        FROM offer JOIN (SELECT category, brand, max(lasts) AS lasts FROM offer GROUP BY category, brand) b
            USING (category, brand, lasts)
        GROUP BY category, brand, lasts
        QUALIFY row_number() OVER (PARTITION BY category ORDER BY lasts DESC, brand) <= {ALTERNATIVES} * 20
        """,
    ),
    # one row = one certified product that could have been bought instead, for each category with missed lines
    Step(
        "alternative",
        """
        SELECT a.category, l.programme, l.brand, m.model, l.number AS licence_number, l.holder,
            l.valid_from, l.valid_until
        FROM alternative_licence a JOIN licences l USING (licence_id)
        JOIN (
            SELECT licence_id, first(model ORDER BY kind = 'model' DESC, model) AS model
            FROM models SEMI JOIN alternative_licence USING (licence_id) GROUP BY licence_id
        ) m ON m.licence_id = l.licence_id
        """,
    ),
    Step(
        "alternative_named",
        f"""
        SELECT * FROM alternative
        QUALIFY row_number() OVER (
            PARTITION BY category ORDER BY valid_until DESC NULLS LAST, brand, licence_number) <= {ALTERNATIVES}
        """,
    ),
]
