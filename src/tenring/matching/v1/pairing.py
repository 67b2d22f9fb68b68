"""What brand, category and wording say of a pair, on every rung."""

from __future__ import annotations


def paired(pairs: str, more: str = "") -> str:
    """SQL: pairs (item_id, product, …) with `brand`, `category` and `made_for`; see tenring.matching.v1.score.

    `more`: further columns of `line_fact` f and `product` e.
    """
    return f"""
        SELECT p.*, {more}{"," if more else ""}
            CASE WHEN e.brand_keys IS NULL OR f.named IS NULL THEN 'absent'
                 WHEN list_has_any(f.named, e.brand_keys) THEN 'agrees'
                 ELSE 'contradicts' END AS brand,
            CASE WHEN f.category IS NULL OR e.category IS NULL THEN 'unknown'
                 WHEN r.other IS NOT NULL THEN 'agrees'
                 ELSE 'contradicts' END AS category,
            coalesce(f.made_for, false) AS made_for
        FROM {pairs} p JOIN line_fact f USING (item_id) JOIN product e USING (product)
        LEFT JOIN related r ON r.category = f.category AND r.other = e.category
    """
