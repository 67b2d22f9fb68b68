"""What people decided counts in the next screening, and never more than the dates allow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from screening.conftest import Judge, Row, licence, line
from screening.memory.makers import decision
from tenring.screening.memory import Decided, Decision, LicenceMeant, Recorded, Subject
from tenring.screening.memory.store import current

TEXT = "台式计算机 office set, quotation 17"
DESKTOP = licence("SAMPLE-1", "QY-T500X")
MEANT = LicenceMeant(
    "test:SAMPLE-1:QY-T500X", "china-environmental-label", "SAMPLE-1", "Qingyun", "QY-T500X", "Desktop"
)


def about(decided: Decided, *, hours: int = 0, **fields: Any) -> Decision:
    given: dict[str, Any] = {"subject": Subject(text=TEXT)}
    if "category" not in fields:
        given["licence"] = MEANT
    return decision(decided, hours=hours, **(given | fields))


def judged(judge: Judge, purchase: Row, *licences: Row, decisions: tuple[Decision, ...] = ()) -> Row:
    counted = current([Recorded(number, one) for number, one in enumerate(decisions, start=1)])
    (answer,) = judge([purchase], licences, decisions=counted)
    return answer


def test_a_confirmed_match_answers_where_the_matcher_found_nothing(judge: Judge) -> None:
    assert judged(judge, line(TEXT), DESKTOP)["verdict"] == "missed"
    answer = judged(judge, line(TEXT), DESKTOP, decisions=(about(Decided.CONFIRMED),))
    assert (answer["verdict"], answer["rung"], answer["score"]) == ("green", "confirmed", 1.0)
    assert (answer["licence_number"], answer["matched_model"], answer["ties"]) == ("SAMPLE-1", "QY-T500X", 1)
    for told in ("Li Wei", "2026-03-04", "the label is on the invoice"):
        assert told in answer["features"]
    assert "a person's confirmation" in answer["explanation"]


@pytest.mark.parametrize(("day", "expected"), [(date(2022, 12, 31), "lapsed"), (date(2026, 1, 1), "lapsed")])
def test_a_confirmation_never_makes_a_licence_valid(judge: Judge, day: date, expected: str) -> None:
    assert judged(judge, line(TEXT, day), DESKTOP, decisions=(about(Decided.CONFIRMED),))["verdict"] == expected


def test_a_confirmation_never_makes_a_programme_accepted(judge: Judge) -> None:
    foreign = licence("SAMPLE-9", "QY-T500X", programme="energy-star")
    meant = LicenceMeant("test:SAMPLE-9:QY-T500X", "energy-star", "SAMPLE-9", "Qingyun", "QY-T500X")
    answer = judged(judge, line(TEXT), DESKTOP, foreign, decisions=(about(Decided.CONFIRMED, licence=meant),))
    assert answer["verdict"] == "missed"


def test_a_rejected_match_is_taken_out_and_the_explanation_says_so(judge: Judge) -> None:
    purchase = line("Qingyun QY-T500X 台式计算机")
    rejected = about(Decided.REJECTED, subject=Subject(text="qingyun  QY-T500X 台式计算机"))
    assert judged(judge, purchase, DESKTOP)["verdict"] == "green"
    answer = judged(judge, purchase, DESKTOP, decisions=(rejected,))
    assert (answer["verdict"], answer["licence_id"]) == ("missed", None)
    assert "a person rejected Qingyun QY-T500X (licence SAMPLE-1) on 2026-03-04" in answer["explanation"]


def test_the_latest_decision_counts(judge: Judge) -> None:
    both = (about(Decided.CONFIRMED), about(Decided.REJECTED, hours=1))
    assert judged(judge, line(TEXT), DESKTOP, decisions=both)["verdict"] == "missed"
    undone = (*both, about(Decided.UNDONE, hours=2))
    assert judged(judge, line(TEXT), DESKTOP, decisions=undone)["verdict"] == "missed"
    again = (*undone, about(Decided.CONFIRMED, hours=3))
    assert judged(judge, line(TEXT), DESKTOP, decisions=again)["verdict"] == "green"


def test_a_rejection_of_one_licence_leaves_another_of_the_same_product(judge: Judge) -> None:
    purchase = line("Qingyun QY-T500X 台式计算机")
    rejected = about(Decided.REJECTED, subject=Subject(text="Qingyun QY-T500X 台式计算机"))
    answer = judged(judge, purchase, DESKTOP, licence("SAMPLE-2", "QY-T500X"), decisions=(rejected,))
    assert (answer["verdict"], answer["licence_number"], answer["ties"]) == ("green", "SAMPLE-2", 1)


@pytest.mark.parametrize(
    "purchase",
    [
        line(TEXT + "0"),
        line(TEXT, brand="Another"),
        line(TEXT, model="Z900"),
        line(TEXT, gtin="4006381333931"),
        line(TEXT, certificate="CEC-OTHER-9"),
    ],
)
def test_another_description_is_not_decided(judge: Judge, purchase: Row) -> None:
    assert judged(judge, purchase, DESKTOP, decisions=(about(Decided.CONFIRMED),))["verdict"] == "missed"


def test_a_licence_found_again_under_another_id_still_counts(judge: Judge) -> None:
    moved = about(Decided.CONFIRMED, licence=LicenceMeant("old:7", *(getattr(MEANT, f) for f in FIELDS)))
    assert judged(judge, line(TEXT), DESKTOP, decisions=(moved,))["verdict"] == "green"


FIELDS = ("programme", "number", "brand", "model", "name")


@pytest.mark.parametrize("change", [{"number": "OTHER"}, {"brand": "Else"}, {"model": "QY-T600"}])
def test_a_licence_that_became_another_one_is_not_confirmed_any_more(judge: Judge, change: dict[str, str]) -> None:
    seen = {name: getattr(MEANT, name) for name in FIELDS} | change
    stale = about(Decided.CONFIRMED, licence=LicenceMeant(MEANT.licence_id, **seen))
    assert judged(judge, line(TEXT), DESKTOP, decisions=(stale,))["verdict"] == "missed"


def test_a_rejection_holds_for_the_entry_even_when_it_changed(judge: Judge) -> None:
    purchase = line("Qingyun QY-T500X 台式计算机")
    seen = LicenceMeant(MEANT.licence_id, MEANT.programme, "an older number", "Qingyun", "QY-T5")
    rejected = about(Decided.REJECTED, subject=Subject(text=purchase["description"]), licence=seen)
    assert judged(judge, purchase, DESKTOP, decisions=(rejected,))["verdict"] == "missed"


def test_a_licence_without_models_is_known_by_its_name(judge: Judge) -> None:
    meant = LicenceMeant(MEANT.licence_id, MEANT.programme, "SAMPLE-1", "Qingyun", None, "Desktop")
    answer = judged(judge, line(TEXT), DESKTOP, decisions=(about(Decided.CONFIRMED, licence=meant),))
    assert (answer["verdict"], answer["matched_model"]) == ("green", "Desktop")


def test_a_confirmed_category_outranks_code_and_words(judge: Judge) -> None:
    purchase = line("copy paper A4 80g", code="30197643", code_scheme="cpv-2008")
    subject = Subject(text="Copy paper  A4 80g", code="30197643", code_scheme="cpv-2008")
    confirmed = about(Decided.CONFIRMED, subject=subject, category="desktop-computers")
    answer = judged(judge, purchase, DESKTOP, decisions=(confirmed,))
    assert (answer["category"], answer["category_by"], answer["category_score"]) == (
        "desktop-computers",
        "confirmed",
        1.0,
    )
    elsewhere = judged(judge, line("copy paper A4 80g"), DESKTOP, decisions=(confirmed,))
    assert elsewhere["category"] == "copy-paper"


def test_a_rejected_category_is_not_given_by_words(judge: Judge) -> None:
    rejected = about(Decided.REJECTED, subject=Subject(text="copy paper A4 80g"), category="copy-paper")
    answer = judged(judge, line("copy paper A4 80g"), DESKTOP, decisions=(rejected,))
    assert (answer["verdict"], answer["category"], answer["category_by"]) == ("unclassified", None, None)


def test_a_rejected_category_is_not_taken_from_a_licence_either(judge: Judge) -> None:
    purchase = line("Qingyun QY-T500X")
    assert judged(judge, purchase, DESKTOP)["category_by"] == "licence"
    rejected = about(Decided.REJECTED, subject=Subject(text="Qingyun QY-T500X"), category="desktop-computers")
    assert judged(judge, purchase, DESKTOP, decisions=(rejected,))["category"] is None


def test_a_category_that_the_catalogue_lost_changes_nothing(judge: Judge) -> None:
    confirmed = about(Decided.CONFIRMED, subject=Subject(text="copy paper A4 80g"), category="no-such-category")
    answer = judged(judge, line("copy paper A4 80g"), DESKTOP, decisions=(confirmed,))
    assert answer["category"] == "copy-paper"


def test_one_line_alone_and_among_others_gets_the_same_answer(judge: Judge) -> None:
    counted = current([Recorded(1, about(Decided.CONFIRMED))])
    (alone,) = judge([line(TEXT)], [DESKTOP], decisions=counted)
    first, *_ = judge(
        [line(TEXT), line("Qingyun QY-T500X"), line(TEXT + "0"), line(None)], [DESKTOP], decisions=counted
    )
    assert alone == first
