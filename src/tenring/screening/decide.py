"""The verdict of each line on its date.

Input: everything the stages before made (`purchase`, `classified`, `obliged`, `line_item`, `matched`), the snapshot's
views and the tables of `reference`. Output: `screened` (tables.SCREENED_LINES), `obligation` (one row per line and
rule, with `met`) and `alternative`.
"""

from __future__ import annotations

from datetime import date

from tenring.language import current
from tenring.matching.v1 import THRESHOLD
from tenring.model.sql import Engine, Step
from tenring.screening.explain import explanation
from tenring.screening.oblige import obliged
from tenring.screening.remember import REMEMBERED

#: Certified alternatives named for each category.
ALTERNATIVES = 5

_RUNG_ORDER = "list_position(['confirmed', 'certificate', 'gtin', 'model', 'text'], rung)"


def decide(engine: Engine, *, reference_day: date) -> None:
    """Make the tables `screened`, `obligation`, `alternative`; lines without a date are judged on `reference_day`."""
    engine.run([*_line_steps(reference_day), *_CANDIDATE_STEPS, *_ANSWER_STEPS, _screened(), *_AFTER_STEPS])


def _line_steps(reference_day: date) -> list[Step]:
    return [
        # one row = one product with the category of the licence that it surely is
        Step(
            "item_category",
            f"""
            SELECT m.item_id, max(m.score) AS score,
                first(l.category ORDER BY m.score DESC, m.rung = 'confirmed' DESC, l.category) AS category
            FROM {REMEMBERED} m JOIN licences l ON l.licence_id = m.entry_id
            WHERE m.score >= {THRESHOLD} AND m.rung <> 'text' GROUP BY m.item_id
            """,
        ),
        # one row = one line with the day it is judged on and its category: a line that no code or word classified
        # takes the category of its licence, unless a person rejected that
        Step(
            "line_state",
            f"""
            SELECT p.line_id, i.item_id, coalesce(p.date, DATE '{reference_day.isoformat()}') AS day,
                coalesce(c.category, a.category) AS category,
                CASE WHEN c.category IS NULL AND a.category IS NOT NULL THEN a.score ELSE c.category_score END
                    AS category_score,
                CASE WHEN c.category IS NULL AND a.category IS NOT NULL THEN 'licence' ELSE c.category_by END
                    AS category_by,
                c.nearest
            FROM purchase p JOIN classified c USING (line_id) JOIN line_item i USING (line_id)
            LEFT JOIN (
                SELECT b.line_id, b.category, b.score
                FROM (SELECT line_id, category, score FROM line_item JOIN item_category USING (item_id)) b
                ANTI JOIN (SELECT line_id, category FROM category_decided WHERE decided = 'rejected') r
                    USING (line_id, category)
            ) a USING (line_id)
            """,
        ),
        Step(
            "line_adopted",
            "SELECT s.* FROM line_state s WHERE s.category_by = 'licence'",
        ),
        Step("line_obliged", f"SELECT * FROM obliged UNION ALL {obliged('line_adopted')}"),
        # one row = one line and one programme whose certificates count for it
        Step(
            "line_accepts",
            """
            SELECT DISTINCT o.line_id, p.programme FROM line_obliged o JOIN rule_programme p USING (rule)
            UNION ALL
            SELECT s.line_id, h.programme FROM line_state s, home_programme h
            WHERE NOT EXISTS (SELECT 1 FROM line_obliged o WHERE o.line_id = s.line_id)
            """,
        ),
    ]


_CANDIDATE_STEPS = [
    # one row = one pair of line and licence with the licence's status on the line's day
    Step(
        "candidate",
        f"""
        SELECT s.line_id, s.day, m.entry_id AS licence_id, m.rung, m.score, m.features, m.matched_model, m.ties,
            l.programme, l.category AS licence_category, t.status, t.from_date, t.until_date, t.reason,
            m.score >= {THRESHOLD} AS sure,
            l.programme IN (SELECT id FROM programme WHERE assurance = 'self_declared') AS self_declared
        FROM line_state s JOIN {REMEMBERED} m USING (item_id) JOIN licences l ON l.licence_id = m.entry_id
        LEFT JOIN statuses t ON t.licence_id = m.entry_id
            AND (t.from_date IS NULL OR t.from_date <= s.day) AND (t.until_date IS NULL OR s.day < t.until_date)
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
        LEFT JOIN line_accepts a ON a.line_id = c.line_id AND a.programme = c.programme
        LEFT JOIN (
            SELECT x.line_id, c.licence_id, min(g.id) AS id
            FROM candidate c JOIN line_accepts x USING (line_id)
            JOIN agreement g ON g.holder = c.programme AND g.accepting = x.programme
                AND (len(g.categories) = 0 OR list_contains(g.categories, c.licence_category))
                AND (g.from_date IS NULL OR g.from_date <= c.day) AND (g.until_date IS NULL OR c.day <= g.until_date)
            GROUP BY x.line_id, c.licence_id
        ) g ON g.line_id = c.line_id AND g.licence_id = c.licence_id
        """,
    ),
    # one row = one line with the licence that answers it best
    Step(
        "best",
        f"""
        SELECT * FROM candidate_worth
        QUALIFY row_number() OVER (
            PARTITION BY line_id ORDER BY worth, {_RUNG_ORDER}, score DESC,
                CASE WHEN until_date IS NULL THEN DATE '9999-12-31' ELSE until_date END DESC, licence_id
        ) = 1
        """,
    ),
]

_ANSWER_STEPS = [
    # one row = one category and day on which some line was bought, and one accepting programme
    Step(
        "asked",
        """
        SELECT DISTINCT s.category, s.day, a.programme
        FROM line_state s JOIN line_accepts a USING (line_id) LEFT JOIN best b USING (line_id)
        WHERE s.category IS NOT NULL AND coalesce(b.worth, 9) > 3
        """,
    ),
    # one row = one period in which a category had a licence of a programme, joined where periods touch
    Step(
        "available",
        """
        SELECT DISTINCT t.ancestor AS category, l.programme, p.from_date, p.until_date
        FROM licences l JOIN statuses p USING (licence_id) JOIN category_tree t ON t.category = l.category
        WHERE p.status = 'active'
        """,
    ),
    # one row = one category, day and programme for which certified products existed
    Step(
        "existed",
        """
        SELECT DISTINCT q.category, q.day, q.programme FROM asked q JOIN available v USING (category, programme)
        WHERE (v.from_date IS NULL OR v.from_date <= q.day) AND (v.until_date IS NULL OR q.day < v.until_date)
        """,
    ),
    # one row = one line for which nothing was found although certified products existed
    Step(
        "line_missed",
        """
        SELECT DISTINCT s.line_id FROM line_state s JOIN line_accepts a USING (line_id)
        JOIN existed e ON e.category = s.category AND e.day = s.day AND e.programme = a.programme
        """,
    ),
    # one row = one line for whose category the snapshot has licences of some accepted programme, on whatever date
    Step(
        "line_covered",
        """
        SELECT DISTINCT s.line_id FROM line_state s JOIN line_accepts a USING (line_id)
        JOIN available v ON v.category = s.category AND v.programme = a.programme
        """,
    ),
    # one row = one line and one rule that obliges it, and whether a certificate meets the rule; not known (null) where
    # the snapshot has no licences of the rule's programmes in the category
    Step(
        "obligation",
        """
        SELECT o.line_id, o.rule, o.obligation, o.rule_name_en AS rule_names_en, o.rule_name_zh AS rule_names_zh,
            o.document, o.mark, o.condition,
            CASE WHEN m.line_id IS NOT NULL THEN true WHEN k.category IS NOT NULL THEN false END AS met
        FROM line_obliged o JOIN line_state s USING (line_id)
        LEFT JOIN (
            SELECT DISTINCT c.line_id, p.rule FROM candidate_worth c JOIN rule_programme p USING (programme)
            WHERE c.worth = 1
        ) m ON m.line_id = o.line_id AND m.rule = o.rule
        LEFT JOIN (
            SELECT DISTINCT v.category, p.rule FROM available v JOIN rule_programme p USING (programme)
        ) k ON k.category = s.category AND k.rule = o.rule
        """,
    ),
    # one row = one line with its strongest obligation, and the rules that are not met
    Step(
        "line_obligation",
        """
        SELECT line_id, first(rule ORDER BY rank) AS rule, first(obligation ORDER BY rank) AS obligation,
            first(mark ORDER BY rank) AS mark, first(condition ORDER BY rank) AS condition,
            list(rule ORDER BY rule) FILTER (met IS false AND obligation <> 'voluntary') AS unmet
        FROM (
            SELECT *, list_position(['mandatory', 'priority', 'voluntary'], obligation) * 1000
                + row_number() OVER (PARTITION BY line_id ORDER BY coalesce(met, false) DESC, rule) AS rank
            FROM obligation
        ) GROUP BY line_id
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
            WHEN m.line_id IS NOT NULL THEN 'missed'
            ELSE 'none_available' END AS verdict,
            v.line_id IS NOT NULL AS covered
        FROM line_state s LEFT JOIN best b USING (line_id) LEFT JOIN category c ON c.id = s.category
        LEFT JOIN line_missed m USING (line_id) LEFT JOIN line_covered v USING (line_id)
        """,
    ),
]


def _screened() -> Step:
    """One row = the answer for one line (tables.SCREENED_LINES)."""
    name = "zh" if current() == "zh" else "en"
    return Step(
        "screened",
        f"""
        SELECT p.line_id, p.source_file, p.sheet, p.row, p.date, p.buyer, p.supplier, p.description, p.brand, p.model,
            p.quantity, p.unit, p.amount, p.currency,
            v.category, v.category_score, v.category_by,
            o.obligation, o.rule, o.mark AS rule_mark, coalesce(o.unmet, []) AS obligations_unmet,
            v.verdict,
            f.programme, g.type AS programme_type, l.register, l.last_read AS register_read,
            f.licence_id, l.number AS licence_number, f.status AS licence_status,
            l.valid_from, l.valid_until, l.valid_from_derived,
            l.brand AS matched_brand, f.matched_model, f.rung, f.score, f.features, f.ties,
            {explanation(name)} AS explanation
        FROM purchase p JOIN line_verdict v USING (line_id)
        LEFT JOIN line_obligation o USING (line_id)
        LEFT JOIN best b USING (line_id)
        LEFT JOIN (SELECT * FROM best WHERE worth < 6) f USING (line_id)
        LEFT JOIN licences l ON l.licence_id = f.licence_id
        LEFT JOIN licences n ON n.licence_id = b.licence_id
        LEFT JOIN programme g ON g.id = f.programme
        LEFT JOIN pair_rejected z ON z.item_id = v.item_id
        LEFT JOIN licences zl ON zl.licence_id = z.entry_id
        LEFT JOIN rule r ON r.id = o.rule
        LEFT JOIN category k ON k.id = v.category
        """,
    )


_AFTER_STEPS = [
    # one row = one certified product that could have been bought instead, for each category with missed lines
    Step(
        "alternative",
        f"""
        SELECT w.category, l.programme, l.brand, m.model, l.number AS licence_number, l.holder,
            l.valid_from, l.valid_until
        FROM (
            SELECT s.category, max(s.day) AS day, list(DISTINCT a.programme) AS accepted
            FROM line_verdict s JOIN line_accepts a USING (line_id)
            WHERE s.verdict IN ('missed', 'lapsed') GROUP BY s.category
        ) w
        JOIN category_tree t ON t.ancestor = w.category
        JOIN licences l ON l.category = t.category AND list_contains(w.accepted, l.programme)
        JOIN statuses p ON p.licence_id = l.licence_id AND p.status = 'active'
            AND (p.from_date IS NULL OR p.from_date <= w.day) AND (p.until_date IS NULL OR w.day < p.until_date)
        JOIN (
            SELECT licence_id, first(model ORDER BY kind = 'model' DESC, model) AS model FROM models GROUP BY licence_id
        ) m ON m.licence_id = l.licence_id
        QUALIFY row_number() OVER (
            PARTITION BY w.category, l.brand ORDER BY l.valid_until DESC NULLS LAST, l.licence_id) = 1
            AND row_number() OVER (
            PARTITION BY w.category ORDER BY l.valid_until DESC NULLS LAST, l.licence_id) <= {ALTERNATIVES} * 20
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
