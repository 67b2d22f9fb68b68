"""The network's record: lines are added, none is changed, and nothing is recorded without who and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tenring.exceptions import IssueError, MaterialError
from tenring.proof.answers import Outcome
from tenring.proof.trust.book import TrustBook
from tenring.proof.trust.model import Entity, PostalAddress, Recognition, Scope
from tenring.proof.trust.written import Written
from tenring.settings import Settings
from trust_world import AT, BLUE, BODY, DISPLAYS, NETWORK, REGION, SCHEME, TODAY, listed, may_recognise, recognition

SAID = Written("Li Wei", AT, "decision of the council")
WHOLE = Entity(
    BLUE,
    {"en": "Blue Angel", "zh": "蓝天使"},
    "RAL gGmbH",
    "blue-angel",
    "https://blue.example/",
    PostalAddress("1 Street", "DE", "Bonn", "53757"),
    "mailto:a@blue.example",
    "https://blue.example/trust.json",
    "https://network.example/anchors/blue.json",
    ("https://blue.example/status/1",),
)


@pytest.fixture
def book(settings: Settings) -> TrustBook:
    return TrustBook.of(settings)


def recorded(book: TrustBook, one: Recognition, entity: Entity | None = None) -> int:
    return book.recognise(entity or Entity(one.entity, {"en": one.entity}), one, SAID).number


def test_a_recognition_is_kept_with_who_when_and_why(book: TrustBook) -> None:
    recorded(book, recognition(until=date(2030, 1, 1)), WHOLE)
    [entry] = book.entries()
    assert (entry.number, entry.recognition, entry.begun) == (1, recognition(until=date(2030, 1, 1)), SAID)
    assert book.model(NETWORK).entities == {BLUE: WHOLE}


def test_what_is_recorded_answers_who_is_recognised(book: TrustBook) -> None:
    recorded(book, recognition())
    assert book.model(NETWORK).recognised(BLUE, SCHEME, DISPLAYS, TODAY).outcome is Outcome.PASSED


def test_ending_a_recognition_keeps_what_was(book: TrustBook) -> None:
    number = recorded(book, recognition())
    later = replace(SAID, at=AT + timedelta(days=1), why="accreditation ended")
    book.end(number, date(2026, 3, 31), later)
    [entry] = book.entries()
    assert (entry.begun, entry.ended, entry.recognition.until) == (SAID, later, date(2026, 3, 31))
    answers = [book.model(NETWORK).recognised(BLUE, SCHEME, DISPLAYS, day) for day in (date(2026, 3, 31), TODAY)]
    assert [answer.outcome for answer in answers] == [Outcome.PASSED, Outcome.FAILED]
    assert len(book.path.read_text().splitlines()) == 2


def test_a_recognition_may_begin_again_after_it_ended(book: TrustBook) -> None:
    book.end(recorded(book, recognition()), date(2025, 12, 31), SAID)
    assert recorded(book, recognition(since=date(2026, 6, 1))) == 3
    assert len(book.entries()) == 2


def test_the_last_description_of_an_entity_counts(book: TrustBook) -> None:
    recorded(book, recognition(), WHOLE)
    recorded(book, may_recognise(BLUE), replace(WHOLE, website="https://new.example/"))
    assert book.model(NETWORK).entities[BLUE].website == "https://new.example/"


def test_a_list_has_only_what_its_publisher_recognises(book: TrustBook) -> None:
    recorded(book, may_recognise(REGION))
    recorded(book, recognition(BODY, REGION))
    edition = book.listed(listed([recognition()], REGION))
    assert [one.entity for one in edition.recognitions] == [BODY]
    assert [one.did for one in edition.entities] == [BODY]
    with pytest.raises(IssueError, match="recognises nobody yet"):
        book.listed(listed([recognition()], "did:web:other.example"))


@pytest.mark.parametrize(
    ("one", "written", "why"),
    [
        (recognition(), Written("", AT, "why"), "not said who"),
        (recognition(), Written("Li Wei", AT, " "), "not said who"),
        (recognition(scope=Scope(frozenset({"blue-angel"}))), SAID, "for which scheme"),
        (recognition(scope=Scope(categories=frozenset({"tyres"}))), SAID, "for which scheme"),
        (recognition("blue.example"), SAID, "no DID"),
        (recognition(by="nobody"), SAID, "no DID"),
        (recognition(until=date(2019, 1, 1)), SAID, "ends before it begins"),
        (recognition(NETWORK), SAID, "in a circle"),
    ],
)
def test_what_is_not_said_or_makes_no_sense_is_not_recorded(
    book: TrustBook, one: Recognition, written: Written, why: str
) -> None:
    with pytest.raises(IssueError, match=why):
        book.recognise(Entity(one.entity), one, written)
    assert not book.path.exists()


@pytest.mark.parametrize(
    "entity",
    [
        Entity(BLUE, website="blue.example"),
        Entity(BLUE, electronic="office at blue"),
        Entity(BLUE, anchor="an address"),
        Entity(BLUE, status_lists=("status 1",)),
        Entity(BLUE, {"en": "two\nlines"}),
    ],
)
def test_what_a_verifier_would_refuse_is_not_recorded(book: TrustBook, entity: Entity) -> None:
    """One wrong address would make the whole list unreadable."""
    with pytest.raises(IssueError, match="cannot be recorded"):
        recorded(book, recognition(), entity)
    with pytest.raises(IssueError, match="control characters"):
        recorded(book, recognition(why="two\nlines"))


def test_a_circle_over_others_is_refused(book: TrustBook) -> None:
    recorded(book, may_recognise(REGION))
    recorded(book, may_recognise(BLUE, REGION))
    with pytest.raises(IssueError, match="in a circle"):
        recorded(book, may_recognise(REGION, BLUE))
    with pytest.raises(IssueError, match="in a circle"):
        recorded(book, may_recognise(NETWORK, BLUE))


def test_deeper_than_a_verifier_follows_is_refused(book: TrustBook) -> None:
    recorded(book, may_recognise(REGION))
    recorded(book, may_recognise(BLUE, REGION))
    recorded(book, may_recognise(BODY, BLUE))
    with pytest.raises(IssueError, match="deeper than 3"):
        recorded(book, recognition("did:web:fourth.example", BODY))


def test_the_same_twice_is_refused(book: TrustBook) -> None:
    recorded(book, recognition())
    with pytest.raises(IssueError, match="number 1 says so already"):
        recorded(book, recognition(since=date(2026, 1, 1)))


@pytest.mark.parametrize(
    ("number", "until", "why"),
    [(9, TODAY, "no recognition 9"), (1, date(2019, 1, 1), "before it began"), (1, date(2027, 1, 1), "ends on 2026")],
)
def test_an_end_that_makes_no_sense_is_not_recorded(book: TrustBook, number: int, until: date, why: str) -> None:
    recorded(book, recognition(until=date(2026, 12, 31)))
    with pytest.raises(IssueError, match=why):
        book.end(number, until, SAID)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("blue-angel", "green-dot", 1),
        lambda text: "".join(text.splitlines(keepends=True)[1:]),
        lambda text: "".join(reversed(text.splitlines(keepends=True))),
        lambda text: text.replace("Li Wei", "Wei Li", 1),
        lambda text: "{}\n" + text,
    ],
)
def test_a_line_that_was_changed_or_taken_out_is_found(book: TrustBook, change: object) -> None:
    recorded(book, recognition())
    recorded(book, may_recognise(REGION))
    book.path.write_text(change(book.path.read_text()))  # type: ignore[operator]
    with pytest.raises(MaterialError, match=r"book\.jsonl, line \d"):
        book.entries()


def test_half_a_line_of_a_power_cut_is_not_counted_and_is_overwritten(book: TrustBook) -> None:
    recorded(book, recognition())
    with book.path.open("a") as stream:
        stream.write('{"line": 2, "prev')
    assert len(book.entries()) == 1
    recorded(book, may_recognise(REGION))
    assert len(book.entries()) == 2
