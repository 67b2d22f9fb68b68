"""What was bought: the category of each purchase line, by code, by words, by a trained model; not knowing is an answer.

Input: `purchase` (tables.PURCHASE_LINES) and the tables of `add_reference`. Output: `classified` (line_id, category,
category_score, category_by, nearest), one row per line.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pyarrow as pa

from tenring.catalogue import Categories
from tenring.model.sql import Engine, Step
from tenring.model.text import CJK, LAST_LATIN
from tenring.screening.learnt.guess import GUESSED, guess
from tenring.screening.learnt.model import load
from tenring.screening.phrases import WORDING, worded
from tenring.screening.reference import add_phrases
from tenring.screening.remember import decide_categories, overruled

#: Below this a category by words is not given: the line is unclassified, with the three nearest.
SURE_ENOUGH = 0.5
#: How sure a code makes us: the listed code itself, a code below it, one of several decided by words.
BY_CODE = {"exact": 0.97, "below": 0.90, "with_words": 0.98}
#: A listed code this short is a whole division: words that are sure know better.
_DIVISION = 2
#: What comes behind these words is what the thing is for, or what comes with it.
_ASIDE = "for|with|incl|including|compatible|para|pour|fur|mit|用于|适用于|适用|兼容|配套|含"
#: What this follows is what the thing is for: 打印机用硒鼓.
_PURPOSE = "^(用|专用|の|용)"
_PURPOSE_SIGNS = 2
#: Editions of the Chinese catalogue: the same code can mean different things in them.
EDITIONS = ("cn-2013", "cn-2022")
_CHINESE = re.compile(r"[ABC]\d{2}(?:\d{2}){0,4}")
_ASIDE_FACTOR, _MODIFIER_FACTOR, _LAST_FACTOR = 0.2, 0.4, 1.3

#: `category_by` of what only the model says: matching does not rely on it, and a licence surely meant knows better.
BY_MODEL = "model"


def classify(engine: Engine, categories: Categories, *, model: Path | None = None) -> None:
    """Make the table `classified`; `model` is asked where codes and words do not answer (None: nobody is).

    Raises:
        UnusableInputError: the model's file is damaged.
    """
    classify_known(engine, categories)
    classify_rest(engine, categories, model=model)


def classify_known(engine: Engine, categories: Categories) -> None:
    """Make the table `classified` from codes and words alone."""
    add_phrases(engine, categories)
    _add_texts(engine)
    _add_codes(engine, categories)
    decide_categories(engine)
    engine.add("guessed", GUESSED.empty_table())
    engine.run([*_WORD_STEPS, *_CODE_STEPS])
    engine.drop(*_DONE)
    engine.run(overruled(engine, _CLASSIFIED))


def classify_rest(
    engine: Engine, categories: Categories, *, model: Path | None, but: str = "SELECT NULL::VARCHAR AS line_id"
) -> None:
    """Make `classified` again, with what the model says of lines that codes and words leave open.

    `but`: SQL of the lines (line_id) that need no guess, because a licence tells what they are.

    Raises:
        UnusableInputError: the model's file is damaged.
    """
    if model is not None:
        _add_guesses(engine, categories, model, but)
        engine.run(overruled(engine, _CLASSIFIED))


def _add_texts(engine: Engine) -> None:
    """`purchase_text`: one row = one distinct wording of lines, as it is `told`."""
    wordings = "SELECT DISTINCT concat_ws(' ', description, code_name) AS wording FROM purchase"
    engine.apply("purchase_wording", wordings, partial(worded, known=" ".join(sorted(_known_words(engine)))), WORDING)
    numbered = (
        "SELECT text, row_number() OVER (ORDER BY text) AS text_id FROM (SELECT DISTINCT text FROM purchase_wording)"
    )
    engine.run([Step("purchase_text", numbered)])


def _known_words(engine: Engine) -> frozenset[str]:
    """Words of phrases, and words that say what the thing is for."""
    phrases = engine.rows("SELECT DISTINCT phrase FROM phrase")
    return frozenset(_ASIDE.split("|")).union(*(phrase.split(" ") for (phrase,) in phrases))


def _add_codes(engine: Engine, categories: Categories) -> None:
    """`code_category`: one row = one code used by some line and one category that its crosswalk names.

    A code without its scheme has the scheme '': see `_in_both_editions`.
    """
    rows: list[dict[str, object]] = []
    for scheme, code in engine.rows("SELECT DISTINCT code_scheme, code FROM purchase WHERE code IS NOT NULL"):
        if scheme is None:
            row = {"scheme": "", "code": code, "exact": False, "broad": False}
            rows.extend(row | {"category": category} for category in _in_both_editions(code, categories))
        elif found := categories.by_code(scheme, code):
            stem, ids = found
            exact = categories.schemes[scheme].stem(code) == stem
            row = {"scheme": scheme, "code": code, "exact": exact, "broad": len(stem) <= _DIVISION}
            rows.extend(row | {"category": category} for category in ids)
    columns = [("scheme", pa.string()), ("code", pa.string()), ("category", pa.string())]
    schema = pa.schema([*columns, ("exact", pa.bool_()), ("broad", pa.bool_())])
    engine.add("code_category", pa.Table.from_pylist(rows, schema=schema))


def _in_both_editions(code: str, categories: Categories) -> list[str]:
    """What a Chinese code whose edition is not stated can mean, if both editions are known to have it.

    The code decides nothing unless both mean the same; else words may choose between the meanings.
    """
    found = [categories.by_code(edition, code.upper()) for edition in EDITIONS if _CHINESE.fullmatch(code.upper())]
    meanings = [ids for one in found if one for ids in one[1]]
    return list(dict.fromkeys(meanings)) if found and all(found) else []


def _seen(wording: str) -> str:
    """SQL: a wording as the model sees it, to which all digits are one: `Lot 12` and `Lot 34` are asked once."""
    return f"regexp_replace({wording}, '[0-9]', '0', 'g')"


def _add_guesses(engine: Engine, categories: Categories, model: Path, but: str) -> None:
    """`guessed`: one row = one distinct wording that is left open, with what the model says of it."""
    load(model)  # a damaged file is told here, not by a worker
    left_open = f"""
        SELECT DISTINCT {_seen("wording")} AS seen FROM line_answer ANTI JOIN ({but}) USING (line_id)
        WHERE category IS NULL AND wording <> ''
    """
    engine.apply("guessed", left_open, partial(guess, model=model, among=frozenset(categories.by_id)), GUESSED)


#: How much of a text is looked at from a place on: no phrase is longer.
_REST = 60
#: SQL: where a word of a text begins.
_BEGIN = (
    "CASE WHEN w.number = 1 THEN 1 ELSE length(array_to_string(string_split(t.text, ' ')[1:w.number - 1], ' ')) + 2 END"
)

#: Tables that nothing behind the steps of words and codes reads.
_DONE = (
    "purchase_wording", "purchase_text", "text_word", "text_place", "phrase_hit", "phrase_alone", "phrase_found",
    "word_weight", "word_category", "word_best", "line_worded", "line_evidence", "line_agreed", "line_coded",
)  # fmt: skip

_WORD_STEPS = [
    # one row = one word of a text; a run of CJK characters is one
    Step(
        "text_word",
        """
        SELECT text_id, number, words[number] AS word
        FROM (
            SELECT text_id, words, unnest(range(1, len(words) + 1)) AS number
            FROM (SELECT text_id, string_split(text, ' ') AS words FROM purchase_text)
        )
        """,
    ),
    # one row = one place of a text where a word that begins some phrase stands, or a CJK character
    Step(
        "text_place",
        f"""
        SELECT p.text_id, p.place, substr(t.text, p.place, {_REST}) AS rest, p.opening
        FROM (
            SELECT w.text_id, {_BEGIN} AS place, w.word AS opening
            FROM text_word w SEMI JOIN phrase p ON p.opening = w.word JOIN purchase_text t USING (text_id)
            WHERE w.word <= '{LAST_LATIN}'
            UNION ALL
            SELECT text_id, place, opening FROM (
                SELECT w.text_id, w.place, substr(t.text, w.place, 2) AS opening
                FROM (
                    SELECT w.text_id, unnest(range({_BEGIN}, {_BEGIN} + length(w.word))) AS place
                    FROM text_word w JOIN purchase_text t USING (text_id)
                    WHERE w.word > '{LAST_LATIN}'
                ) w JOIN purchase_text t USING (text_id)
            ) SEMI JOIN phrase USING (opening)
        ) p JOIN purchase_text t USING (text_id)
        """,
    ),
    # one row = one phrase of a category found at a place of a text, with what stands behind it; no word goes on behind
    # a phrase, unless it ends with a CJK character
    Step(
        "phrase_hit",
        f"""
        SELECT p.text_id, h.category, h.phrase, h.weight, p.place, p.place + length(h.phrase) AS place_after,
            substr(p.rest, length(h.phrase) + 1, {_PURPOSE_SIGNS}) AS behind
        FROM (SELECT *, rest || ' ' AS words FROM text_place) p
        JOIN (
            SELECT *, CASE WHEN regexp_matches(phrase, '[{CJK}]$') THEN phrase ELSE phrase || ' ' END AS words
            FROM phrase
        ) h ON h.opening = p.opening AND starts_with(p.words, h.words)
        """,
    ),
    # one row = a hit that no longer hit contains, and whether it stands behind an aside
    Step(
        "phrase_alone",
        f"""
        SELECT a.text_id, a.category, a.phrase, a.weight, a.place, a.place_after,
            regexp_matches(substr(t.text, 1, a.place - 1), '(^|[ {CJK}])({_ASIDE})( |$)')
                OR regexp_matches(a.behind, '{_PURPOSE}') AS aside
        FROM (
            SELECT * FROM phrase_hit a
            WHERE NOT EXISTS (
                SELECT 1 FROM phrase_hit b
                WHERE b.text_id = a.text_id AND b.place <= a.place AND b.place_after >= a.place_after
                    AND b.place_after - b.place > a.place_after - a.place
            )
        ) a JOIN purchase_text t USING (text_id)
        """,
    ),
    # one row = such a hit; a `modifier` stands right before another one, which says what the thing is: computer desk
    Step(
        "phrase_found",
        """
        SELECT *, place_after = max(place_after) OVER (PARTITION BY text_id) AS is_last,
            EXISTS (SELECT 1 FROM phrase_alone b WHERE b.text_id = a.text_id AND b.category <> a.category
                AND b.place IN (a.place_after, a.place_after + 1)) AS modifier
        FROM phrase_alone a
        """,
    ),
    # one row = one category of a text with the weight of its own phrases
    Step(
        "word_weight",
        f"""
        SELECT text_id, category, max(weight
            * CASE WHEN aside THEN {_ASIDE_FACTOR} WHEN modifier THEN {_MODIFIER_FACTOR} ELSE 1 END
            * CASE WHEN is_last AND NOT aside THEN {_LAST_FACTOR} ELSE 1 END) AS weight,
            max(place_after - place) AS covered
        FROM phrase_found GROUP BY text_id, category
        """,
    ),
    # one row = one category of a text with the share of the weight that speaks for it: its own and its ancestors'
    Step(
        "word_category",
        """
        SELECT w.text_id, w.category, w.own,
            round(least(1.0, w.supported / t.weight) * least(1.0, 0.5 + w.own / 16)
            * (0.7 + 0.3 * least(1.0, 4.0 * w.covered / greatest(1, length(p.text)))), 9) AS score
        FROM (
            SELECT a.text_id, a.category, any_value(a.weight) AS own, any_value(a.covered) AS covered,
                sum(b.weight) AS supported
            FROM word_weight a JOIN word_weight b USING (text_id)
            JOIN category_tree c ON c.category = a.category AND c.ancestor = b.category
            GROUP BY a.text_id, a.category
        ) w
        JOIN (SELECT text_id, sum(weight) AS weight FROM word_weight GROUP BY text_id) t USING (text_id)
        JOIN purchase_text p USING (text_id)
        """,
    ),
    # one row = one text with its best category by words and the three nearest
    Step(
        "word_best",
        """
        SELECT text_id, first(category ORDER BY score DESC, own DESC, category) AS category, max(score) AS score,
            list(category ORDER BY score DESC, category)[1:3] AS nearest
        FROM word_category GROUP BY text_id
        """,
    ),
]

#: Which evidence answers: code and words together, sure words before a whole division, a code, words.
_AGREED = "a.category IS NOT NULL"
_WORDS = f"w.score >= {SURE_ENOUGH} AND coalesce(c.broad, true)"
_CODED = "c.category IS NOT NULL"
_NAMED = f"CASE WHEN {_AGREED} THEN a.category WHEN {_WORDS} THEN w.category WHEN {_CODED} THEN c.category END"

_CODE_STEPS = [
    # one row = one line with its text
    Step(
        "line_worded",
        """
        SELECT p.line_id, w.text_id
        FROM purchase p
        JOIN (SELECT w.wording, t.text_id FROM purchase_wording w JOIN purchase_text t USING (text)) w
            ON w.wording = concat_ws(' ', p.description, p.code_name)
        """,
    ),
    # one row = one line with a code that names a category, the category, and its text
    Step(
        "line_evidence",
        """
        SELECT p.line_id, w.text_id, c.category, c.exact, c.broad
        FROM purchase p JOIN code_category c ON c.scheme = coalesce(p.code_scheme, '') AND c.code = p.code
        JOIN line_worded w USING (line_id)
        """,
    ),
    # one row = one line and a category that both its code and its words allow: the words' category, at or below
    Step(
        "line_agreed",
        """
        SELECT e.line_id, first(w.category ORDER BY w.score DESC, w.own DESC, w.category) AS category
        FROM line_evidence e JOIN word_category w USING (text_id)
        JOIN category_tree t ON t.ancestor = e.category AND t.category = w.category
        GROUP BY e.line_id
        """,
    ),
    # one row = one line with the one category its code names: the only one, or the group above all the others
    Step(
        "line_coded",
        """
        SELECT e.line_id, e.category, bool_or(e.exact) AS exact, bool_or(e.broad) AS broad
        FROM line_evidence e JOIN line_evidence o USING (line_id)
        JOIN (SELECT line_id, count(DISTINCT category) AS named FROM line_evidence GROUP BY line_id) n USING (line_id)
        JOIN category_tree t ON t.ancestor = e.category AND t.category = o.category
        GROUP BY e.line_id, e.category, n.named HAVING count(DISTINCT o.category) = n.named
        """,
    ),
    # one row = one line with what its code and words say; `wording` only of lines that they leave open
    Step(
        "line_answer",
        f"""
        SELECT p.line_id,
            CASE WHEN {_NAMED} IS NULL THEN concat_ws(' ', p.description, p.code_name) END AS wording,
            {_NAMED} AS category,
            CASE WHEN {_AGREED} THEN {BY_CODE["with_words"]}
                 WHEN {_CODED} AND NOT ({_WORDS})
                    THEN CASE WHEN c.exact THEN {BY_CODE["exact"]} ELSE {BY_CODE["below"]} END
                 ELSE coalesce(round(w.score, 4), 0) END::DOUBLE AS category_score,
            CASE WHEN {_AGREED} THEN 'code and words' WHEN {_WORDS} THEN 'words' WHEN {_CODED} THEN 'code' END
                AS category_by,
            coalesce(w.nearest, []) AS nearest
        FROM purchase p
        JOIN line_worded e USING (line_id)
        LEFT JOIN line_agreed a USING (line_id) LEFT JOIN line_coded c USING (line_id)
        LEFT JOIN word_best w USING (text_id)
        """,
    ),
]

#: The model answers lines that are left open; where it is not sure either, its nearest categories are kept.
_CLASSIFIED = Step(
    "classified",
    f"""
    SELECT a.line_id, coalesce(a.category, g.category) AS category,
        CASE WHEN a.category IS NULL THEN coalesce(g.score, a.category_score) ELSE a.category_score END
            AS category_score,
        CASE WHEN a.category IS NULL AND g.category IS NOT NULL THEN '{BY_MODEL}' ELSE a.category_by END AS category_by,
        CASE WHEN a.category IS NULL AND g.score IS NOT NULL THEN g.nearest ELSE a.nearest END AS nearest
    FROM line_answer a LEFT JOIN guessed g ON g.seen = CASE WHEN a.category IS NULL THEN {_seen("a.wording")} END
    """,
)
