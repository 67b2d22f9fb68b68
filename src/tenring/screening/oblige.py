"""What the economy's rules ask of each line's category on its date.

Input: a table of lines with a category and a day, `rule`, `rule_category`. Output: one row per line and rule.
"""

from __future__ import annotations

from datetime import date


def obliged_on(reference_day: date) -> str:
    """SQL: one row = one classified line and one rule that obliges it; no date counts as `reference_day`."""
    return f"""
        WITH dated AS (
            SELECT c.line_id, c.category, coalesce(p.date, DATE '{reference_day.isoformat()}') AS day
            FROM classified c JOIN purchase p USING (line_id) WHERE c.category IS NOT NULL
        )
        SELECT d.line_id, o.* EXCLUDE (category, day)
        FROM dated d JOIN ({obliged("(SELECT DISTINCT category, day FROM dated)")}) o USING (category, day)
    """


def obliged(situations: str) -> str:
    """SQL: one row = one of the `situations` (category, day; each once) and one rule in force that obliges it.

    A rule whose beginning is not known counts as in force: its mark says that this is unverified.
    """
    return f"""
        SELECT s.category, s.day, r.id AS rule, c.obligation, r.name_en AS rule_name_en, r.name_zh AS rule_name_zh,
            r.document, CASE WHEN r.from_date IS NULL THEN 'unverified' ELSE c.mark END AS mark, c.condition
        FROM {situations} s
        JOIN rule_category c ON c.category = s.category
        JOIN rule r ON r.id = c.rule
        WHERE (r.from_date IS NULL OR r.from_date <= s.day) AND (r.until_date IS NULL OR s.day <= r.until_date)
    """
