"""One sentence for each answer: what was found, why it counts or does not, and what it rests on."""

from __future__ import annotations

from tenring.language import T
from tenring.model.sql import Step, quoted
from tenring.model.verdict import STALE_AFTER_DAYS
from tenring.screening.sentences import sentence

#: From this score on the nearest licence is named where none is sure enough.
NEAR = 0.6


def _choice(column: str, options: dict[str, str]) -> str:
    """SQL: the text for the value of `column`."""
    cases = " ".join(f"WHEN {quoted(value)} THEN {quoted(text)}" for value, text in options.items())
    return f"CASE {column} {cases} END"


def _rung() -> str:
    return _choice(
        "b.rung",
        {
            "confirmed": T("a person's confirmation"),
            "certificate": T("certificate number"),
            "gtin": T("GTIN"),
            "model": T("brand and model"),
            "text": T("description"),
        },
    )


def _status() -> str:
    return _choice(
        "b.status",
        {
            "not_begun": T("not yet begun"),
            "suspended": T("suspended"),
            "withdrawn": T("withdrawn"),
            "superseded": T("superseded"),
            "expired": T("expired"),
            "delisted": T("no longer listed"),
        },
    )


def _licence() -> dict[str, str]:
    unstated, endless, unknown = T("not stated"), T("open"), T("without a known status")
    return {
        "number": "n.number",
        "programme": "h.name",
        "product": (
            "CASE WHEN starts_with(lower(m.matched_model), lower(coalesce(n.brand, ''))) THEN m.matched_model "
            "ELSE n.brand || ' ' || m.matched_model END"
        ),
        "rung": _rung(),
        "score": "printf('%.2f', b.score)",
        "day": "v.day",
        "begin": f"coalesce(n.valid_from::VARCHAR, {quoted(unstated)})",
        "end": f"coalesce(n.valid_until::VARCHAR, {quoted(endless)})",
        "read": "n.last_read",
        "age": "date_diff('day', n.last_read, v.day)",
        "status": f"coalesce({_status()}, {quoted(unknown)})",
        "agreement": "b.agreement",
        "category": "k.name",
    }


def _found() -> str:
    fields = _licence()
    cases = {
        "v.verdict = 'green'": T(
            "{product}: licence {number} of {programme}, valid on {day} ({begin} to {end}); "
            "found by {rung}, score {score}"
        ),
        "v.verdict = 'recognised'": T(
            "{product}: licence {number} of {programme}, valid on {day} ({begin} to {end}), "
            "carried by the agreement {agreement}; found by {rung}, score {score}"
        ),
        "v.verdict = 'lapsed'": T(
            "{product}: licence {number} of {programme} was {status} on {day} "
            "({begin} to {end}); found by {rung}, score {score}"
        ),
    }
    parts = [f"WHEN {condition} THEN {sentence(text, **fields)}" for condition, text in cases.items()]
    return " ".join(parts)


def _not_found() -> str:
    fields = _licence()
    return (
        " ".join(
            f"WHEN {condition} THEN {sentence(text, **fields)}"
            for condition, text in {
                "v.verdict = 'unclassified'": T("What was bought is not known: neither code nor words name a category"),
                "v.verdict = 'out_of_scope'": T("No label covers {category}"),
                "v.verdict = 'missed'": T("{category}: no certificate found; certified products existed on {day}"),
                "v.covered": T("{category}: no certified product was known on {day}"),
            }.items()
        )
        + " ELSE "
        + sentence(
            T("{category}: no register of an accepted programme covers it in this snapshot"),
            **fields,
        )
    )


def _remarks() -> list[str]:
    fields = _licence()
    remarks = {
        "b.worth IN (4, 5) AND b.self_declared": T(
            "the supplier itself registered {product} at {programme}: no one else certified it"
        ),
        "b.worth = 4 AND NOT b.self_declared": T(
            "{product} is certified by {programme} (licence {number}), which no rule here accepts"
        ),
        "b.worth = 5": T("{product} was once certified by {programme} (licence {number}), which no rule here accepts"),
        f"b.worth = 6 AND b.score >= {NEAR}": T(
            "nearest: {product} (licence {number} of {programme}), score {score}, not sure enough"
        ),
        "z.item_id IS NOT NULL": T("a person rejected {rejected} (licence {rejected_number}) on {rejected_on}"),
        "b.worth <= 3 AND m.ties > 1": T("{ties} licences fit equally well"),
        "b.worth <= 3 AND n.valid_from_derived": T(
            "the begin date is derived, not printed in the register (unverified)"
        ),
        f"b.worth <= 2 AND date_diff('day', n.last_read, v.day) > {STALE_AFTER_DAYS}": T(
            "the register was last read on {read}, {age} days before"
        ),
        "b.worth <= 2 AND h.type = 'energy'": T("an energy label, not a Type I ecolabel"),
        "b.worth <= 2 AND h.type IN ('other', 'II', 'III')": T("a certification mark, not a Type I ecolabel"),
        "v.category_by = 'model'": T("the category is what the trained model makes of the words (score {sure})"),
        "len(o.unmet) > 0": T("not met: {rules}"),
        "o.condition IS NOT NULL": T("the rule asks it only for: {condition} (not checked)"),
        "o.mark = 'unverified'": T("the rule's item is unverified"),
        "p.date IS NULL": T("the line has no date: judged on {day}"),
    }
    more = {"ties": "m.ties", "condition": "o.condition", "rules": "w.names"} | _rejected()
    more["sure"] = "printf('%.2f', v.category_score)"
    return [f"CASE WHEN {condition} THEN {sentence(text, **fields, **more)} END" for condition, text in remarks.items()]


def _rejected() -> dict[str, str]:
    """The nearest licence that a person said it is not: `z` is its pair, `zl` its licence."""
    product = "concat_ws(' ', zl.brand, z.matched_model)"
    return {"rejected": product, "rejected_number": "zl.number", "rejected_on": "z.day"}


def unmet_names(name: str) -> Step:
    """One row = some rules that are not met, as `line_obligation` lists them, with their names and document numbers."""
    return Step(
        "unmet_names",
        f"""
        SELECT u.unmet,
            string_agg(coalesce(y.name_{name}, y.name_en) || ' (' || y.document || ')', ', ' ORDER BY y.id) AS names
        FROM (
            SELECT unmet, unnest(unmet) AS rule FROM (SELECT DISTINCT unmet FROM line_obligation)
        ) u JOIN rule y ON y.id = u.rule
        GROUP BY u.unmet
        """,
    )


def explanation() -> str:
    """SQL: the explanation of a line in the language in use."""
    main = f"CASE {_found()} {_not_found()} END"
    return f"concat_ws('; ', {main}, {', '.join(_remarks())}) || '.'"
