"""What the economy's rules ask of each line's category on its date.

Input: a table of lines with a category and a day, `rule`, `rule_category`. Output: one row per line and rule.
"""

from __future__ import annotations

from datetime import date


def obliged_on(reference_day: date) -> str:
    """SQL: `obliged` for all classified lines; lines without a date are judged on `reference_day`."""
    return obliged(f"""(
        SELECT c.line_id, c.category, coalesce(p.date, DATE '{reference_day.isoformat()}') AS day
        FROM classified c JOIN purchase p USING (line_id) WHERE c.category IS NOT NULL
    )""")


def obliged(lines: str) -> str:
    """SQL: one row = one line of `lines` (line_id, category, day) and one rule in force that obliges its category.

    A rule whose beginning is not known counts as in force: its mark says that this is unverified.
    """
    return f"""
        SELECT l.line_id, r.id AS rule, c.obligation, r.name_en AS rule_name_en, r.name_zh AS rule_name_zh, r.document,
            CASE WHEN r.from_date IS NULL THEN 'unverified' ELSE c.mark END AS mark, c.condition
        FROM {lines} l
        JOIN rule_category c ON c.category = l.category
        JOIN rule r ON r.id = c.rule
        WHERE (r.from_date IS NULL OR r.from_date <= l.day) AND (r.until_date IS NULL OR l.day <= r.until_date)
    """
