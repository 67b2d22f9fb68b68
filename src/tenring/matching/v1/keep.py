"""Pairs that are kept: all sure ones, and the nearest of the others, each with its features."""

from __future__ import annotations

from tenring.matching.v1.score import MODEL_FEATURES
from tenring.matching.v1.text import GLANCE_FEATURES
from tenring.matching.v1.weights import NEAREST, THRESHOLD
from tenring.model.sql import Step

PAIR_STEPS = [
    # one row = one pair by its strongest rung
    Step(
        "pair_scored",
        """
        SELECT item_id, product, rung, points FROM (
            SELECT item_id, product, rung, points FROM number_scored
            UNION ALL SELECT item_id, product, 'model', points FROM model_points
            UNION ALL SELECT item_id, product, 'text', points FROM text_points
            UNION ALL SELECT item_id, product, 'text', points FROM text_glance
        )
        QUALIFY row_number() OVER (PARTITION BY item_id, product ORDER BY points DESC, rung) = 1
        """,
    ),
    # one row = one pair that is kept, with how many of its line score the same
    Step(
        "pair_kept",
        f"""
        SELECT item_id, product, rung, greatest(points, 0) AS points,
            count(*) OVER (PARTITION BY item_id, points) AS ties
        FROM pair_scored LEFT JOIN (
            SELECT DISTINCT a.item_id, p.product, true AS asked FROM pair_asked a JOIN product p USING (entry_id)
        ) USING (item_id, product)
        QUALIFY points >= {round(THRESHOLD * 100)} OR asked
            OR row_number() OVER (PARTITION BY item_id ORDER BY points DESC, product) <= {NEAREST}
        """,
    ),
]

STEPS = [
    # one row = one pair that is kept with its features
    Step(
        "matched",
        f"""
        SELECT k.item_id, e.entry_id, k.rung, round(k.points / 100.0, 4)::DOUBLE AS score,
            '{{' || coalesce(n.features, m.features, t.features, {GLANCE_FEATURES}) || '}}' AS features,
            coalesce(n.matched, m.matched, t.matched, e.name) AS matched_model, k.ties
        FROM pair_kept k JOIN product e USING (product)
        LEFT JOIN number_scored n ON n.item_id = k.item_id AND n.product = k.product AND n.rung = k.rung
        LEFT JOIN (
            SELECT item_id, product, matched, {MODEL_FEATURES} AS features
            FROM model_points SEMI JOIN (SELECT item_id, product FROM pair_kept WHERE rung = 'model')
                USING (item_id, product)
        ) m ON m.item_id = k.item_id AND m.product = k.product AND k.rung = 'model'
        LEFT JOIN text_told t ON t.item_id = k.item_id AND t.product = k.product AND k.rung = 'text'
        """,
    ),
]
