"""Pairs worth scoring, one step per kind of evidence."""

from __future__ import annotations

from tenring.matching.v1.weights import COMMON_TOKEN, PAIRS_PER_LINE, RAREST_TOKENS, SHORTEST_PREFIX
from tenring.model.sql import Step
from tenring.model.text import CJK

_CJK_RUN = f"[{CJK}]"


def _identifier_steps() -> list[Step]:
    return [
        # one row = a line whose certificate number is an entry's number
        Step(
            "pair_certificate",
            """
            SELECT l.item_id, n.entry_id, n.number AS matched
            FROM line l JOIN text_form lf ON lf.text = l.certificate
            JOIN text_form nf ON nf.key = lf.key JOIN entry_number n ON n.number = nf.text
            WHERE length(lf.key) >= 4
            """,
        ),
        # one row = a line whose GTIN is an entry's GTIN
        Step(
            "pair_gtin",
            """
            SELECT l.item_id, g.entry_id, g.gtin AS matched
            FROM line l JOIN entry_gtin g ON g.gtin = lpad(regexp_replace(l.gtin, '[^0-9]', '', 'g'), 14, '0')
            WHERE length(regexp_replace(l.gtin, '[^0-9]', '', 'g')) >= 8
            """,
        ),
    ]


def _model_steps() -> list[Step]:
    return [
        # one row = a line with a code that is an entry's model, without wildcards
        Step(
            "pair_exact",
            """
            SELECT l.item_id, c.entry_id, c.model AS matched, c.kind, c.key, l.whole, l.next_word, u.brands
            FROM line_code l JOIN entry_code c ON c.key = l.gram JOIN code_use u ON u.key = c.key
            """,
        ),
        # one row = a line with a code that an entry's wildcard model covers
        Step(
            "pair_wildcard",
            f"""
            SELECT l.item_id, m.entry_id, w.model AS matched, 'wildcard' AS kind, l.gram AS key, l.whole, l.next_word,
                1 AS brands
            FROM line_code l
            JOIN wildcard w ON left(w.prefix, {SHORTEST_PREFIX}) = left(l.gram, {SHORTEST_PREFIX})
                AND starts_with(l.gram, w.prefix) AND regexp_full_match(l.gram, w.pattern)
            JOIN entry_model m ON m.model = w.model
            """,
        ),
        # one row = one line and one entry, by its longest code
        Step(
            "pair_model",
            """
            SELECT * FROM (SELECT * FROM pair_exact UNION ALL SELECT * FROM pair_wildcard)
            QUALIFY row_number() OVER (
                PARTITION BY item_id, entry_id ORDER BY length(key) * 2 + whole::INT DESC, kind, matched, key) = 1
            """,
        ),
    ]


def _tokens_of(table: str, id_column: str, text: str) -> str:
    """Distinct tokens of a text: Latin words, and pairs of neighbouring characters of CJK runs."""
    return f"""
        SELECT DISTINCT {id_column}, token FROM (
            SELECT {id_column}, unnest(CASE WHEN regexp_matches(word, '{_CJK_RUN}') AND length(word) > 1
                THEN list_transform(range(1, length(word)), lambda i: substr(word, i, 2)) ELSE [word] END) AS token
            FROM (SELECT {id_column}, unnest(regexp_extract_all({text}, '[0-9a-z]+|{_CJK_RUN}+')) AS word FROM {table})
        )
    """


def _text_steps() -> list[Step]:
    return [
        Step(
            "entry_text",
            """
            SELECT e.entry_id, f.norm AS norm FROM entry e JOIN text_form f ON f.text = e.name
            """,
        ),
        Step("entry_token", _tokens_of("entry_text", "entry_id", "norm")),
        # one row = one token with its inverse document frequency
        Step(
            "token_weight",
            """
            SELECT token, count(*) AS entries, ln(1 + (SELECT count(*) FROM entry_text) / count(*)) AS idf
            FROM entry_token GROUP BY token
            """,
        ),
        Step("line_token", _tokens_of("line_text", "item_id", "norm")),
        # one row = one rare token of a line that can find entries
        Step(
            "line_rare_token",
            f"""
            SELECT l.item_id, l.token, w.idf FROM line_token l JOIN token_weight w USING (token)
            WHERE w.entries <= {COMMON_TOKEN}
            QUALIFY row_number() OVER (PARTITION BY l.item_id ORDER BY w.idf DESC, l.token) <= {RAREST_TOKENS}
            """,
        ),
        # one row = a line and an entry that share rare tokens, the best few of a line
        Step(
            "pair_text",
            f"""
            SELECT l.item_id, e.entry_id FROM line_rare_token l JOIN entry_token e USING (token)
            WHERE l.item_id NOT IN (SELECT item_id FROM pair_certificate UNION SELECT item_id FROM pair_gtin)
            GROUP BY l.item_id, e.entry_id
            QUALIFY row_number() OVER (
                PARTITION BY l.item_id ORDER BY round(sum(l.idf), 6) DESC, e.entry_id) <= {PAIRS_PER_LINE}
            """,
        ),
    ]


STEPS = [*_identifier_steps(), *_model_steps(), *_text_steps()]
