"""Corrections in the browser: remembered with who and why, used next time, and nobody else's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tenring.register.snapshot import Snapshot
from tenring.screening.memory import Decided, Decision, Decisions, LicenceMeant, Subject
from tenring.screening.memory.labelled import read as read_labelled
from tenring.settings import Settings
from tenring.web.accounts.models import Event, Membership, Organisation, User
from tenring.web.accounts.roles import ALLOWED, Action, Role
from tenring.web.core.sources import tenring_settings
from tenring.web.procurement import tasks
from tenring.web.procurement.models import Correction, Screening, State

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
LATER = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}
WORDS = "笔记本电脑 合同第十七号"
WHY = "the label is on the invoice"


@pytest.fixture(autouse=True)
def _uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    """Uploads go to a folder of the test; work is done at once."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    with override_settings(TENRING=replace(home, home=tmp_path), TASKS=AT_ONCE):
        yield


@dataclass(frozen=True)
class Sample:
    """A licence of the samples, its model, and a day on which it was valid; the day after it ended."""

    id: str
    model: str
    brand: str
    day: date
    later: date


@pytest.fixture
def sample(home: Settings) -> Sample:
    """A notebook's licence that ended in the past."""
    with Snapshot.open(home).connect() as db:
        row = db.execute("""
            SELECT l.licence_id, any_value(m.model), any_value(l.brand), any_value(valid_from), any_value(valid_until)
            FROM licences l JOIN models m USING (licence_id)
            WHERE l.programme = 'china-environmental-label' AND l.category = 'notebook-computers'
                AND l.valid_until < DATE '2026-01-01' AND NOT l.valid_from_derived
            GROUP BY l.licence_id HAVING count(*) = 1 ORDER BY l.licence_id LIMIT 1
        """).fetchone()  # fmt: skip
    assert row is not None
    id_, model, brand, begin, end = row
    return Sample(id_, model, brand, begin + timedelta(days=30), end + timedelta(days=30))


@pytest.fixture
def buyer() -> Client:
    return signed_in("buyer")


def signed_in(name: str, organisation: Organisation | None = None, role: Role = Role.BUYER) -> Client:
    user, _ = User.objects.get_or_create(username=name, email=f"{name}@example.org")
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    if organisation:
        Membership.objects.create(organisation=organisation, user=user, role=role)
        session = client.session
        session["organisation"] = str(organisation.id)
        session.save()
    return client


def csv(day: date, words: str = WORDS) -> str:
    return f"日期,品名,数量,金额\n{day.isoformat()},{words},10,52000.00\n{day.isoformat()},台式计算机 甲,1,4500\n"


def screened(client: Client, content: str, organisation: Organisation | None = None) -> Screening:
    file = io.BytesIO(content.encode())
    file.name = "采购.csv"
    answer = client.post("/screen/", {"file": file, "economy": "CN", "on": "2026-03-01"})
    one = Screening.objects.get(pk=answer.headers["Location"].split("/")[2])
    if organisation:
        Screening.objects.filter(pk=one.pk).update(organisation=organisation)
    assert client.post(f"/screen/{one.id}/start").status_code == 302
    one.refresh_from_db()
    assert one.state == State.DONE, one.message
    return one


def rows(one: Screening) -> dict[str, dict[str, object]]:
    with duckdb.connect() as db:
        found = db.execute(f"SELECT * FROM read_parquet('{one.result / 'lines.parquet'}')")
        names = [column[0] for column in found.description]
        return {str(row[names.index("description")]): dict(zip(names, row, strict=True)) for row in found.fetchall()}


def correct(client: Client, one: Screening, words: str = WORDS, **said: str) -> int:
    line = rows(one)[words]["line_id"]
    return client.post(f"/screen/{one.id}/lines/{line}/correct", {"why": WHY, **said}).status_code


def again(client: Client, one: Screening) -> dict[str, dict[str, object]]:
    assert client.post(f"/screen/{one.id}/again").status_code == 302
    one.refresh_from_db()
    assert one.state == State.DONE, one.message
    return rows(one)


# the way of a correction


def test_a_licence_is_chosen_counted_when_screened_again_and_remembered_for_the_next_file(
    buyer: Client, sample: Sample
) -> None:
    one = screened(buyer, csv(sample.day))
    assert rows(one)[WORDS]["verdict"] == "missed"
    assert correct(buyer, one, what="choose", target=sample.id) == 302
    page = buyer.get(f"/screen/{one.id}/lines/{rows(one)[WORDS]['line_id']}/").content.decode()
    assert WHY in page
    assert "buyer@example.org" in page
    assert "1 decision was made since this answer." in page
    answered = again(buyer, one)
    assert (answered[WORDS]["verdict"], answered[WORDS]["rung"]) == ("green", "confirmed")
    assert answered["台式计算机 甲"]["rung"] is None
    changes = buyer.get(f"/screen/{one.id}/changes").content.decode()
    assert "Another answer: 1 line; another verdict: 1 line." in changes
    assert "52,000.00" in changes
    following = screened(buyer, csv(sample.day))
    assert rows(following)[WORDS]["verdict"] == "green"


@pytest.mark.parametrize("when", ["later", "before"])
def test_a_confirmed_licence_that_did_not_hold_on_the_day_stays_lapsed(
    buyer: Client, sample: Sample, when: str
) -> None:
    day = sample.later if when == "later" else sample.day - timedelta(days=400)
    one = screened(buyer, csv(day))
    correct(buyer, one, what="choose", target=sample.id)
    assert again(buyer, one)[WORDS]["verdict"] == "lapsed"


def test_a_found_licence_is_rejected_and_taken_back(buyer: Client, sample: Sample) -> None:
    words = f"{sample.brand} {sample.model} 笔记本电脑"
    one = screened(buyer, csv(sample.day, words))
    assert rows(one)[words]["verdict"] == "green"
    assert correct(buyer, one, words, what="reject", target=sample.id) == 302
    assert again(buyer, one)[words]["verdict"] == "missed"
    row = Correction.objects.get()
    assert buyer.post(f"/screen/corrections/{row.pk}/undo", {"why": "it was right"}).status_code == 302
    assert again(buyer, one)[words]["verdict"] == "green"
    assert [one.decided for one in Correction.objects.all()] == ["rejected", "undone"]
    assert buyer.post(f"/screen/corrections/{row.pk}/undo", {"why": "again"}).status_code == 400


def test_whoever_names_another_licence_can_say_that_the_found_one_is_not_it(
    buyer: Client, sample: Sample, home: Settings
) -> None:
    with Snapshot.open(home).connect() as db:
        (not_begun,) = db.execute(
            "SELECT licence_id FROM licences WHERE programme = 'china-environmental-label' AND valid_from > ? "
            "ORDER BY licence_id LIMIT 1",
            [sample.day],
        ).fetchone() or ("",)
    words = f"{sample.brand} {sample.model} 笔记本电脑"
    one = screened(buyer, csv(sample.day, words))
    correct(buyer, one, words, what="choose", target=not_begun, instead="1")
    answer = again(buyer, one)[words]
    assert (answer["verdict"], answer["licence_id"]) == ("lapsed", not_begun)


def test_the_category_is_set_and_refused(buyer: Client, sample: Sample) -> None:
    one = screened(buyer, csv(sample.day, "qwxz 88"))
    assert rows(one)["qwxz 88"]["verdict"] == "unclassified"
    correct(buyer, one, "qwxz 88", what="category", target="copy-paper")
    answer = again(buyer, one)["qwxz 88"]
    assert (answer["category"], answer["category_by"]) == ("copy-paper", "confirmed")
    correct(buyer, one, "qwxz 88", what="not_category")
    assert again(buyer, one)["qwxz 88"]["category"] is None


def test_a_form_that_cannot_be_taken_comes_back_with_the_reason(buyer: Client, sample: Sample) -> None:
    one = screened(buyer, csv(sample.day))
    line = rows(one)[WORDS]["line_id"]
    for said in (
        {"what": "choose", "target": ""},
        {"what": "choose", "target": "no:such"},
        {"what": "confirm", "target": "no:such"},
        {"what": "category", "target": "no-such"},
        {"what": "choose", "target": sample.id, "why": "  "},
        {"what": "category", "target": "copy-paper", "why": "x" * 3000},
    ):
        answer = buyer.post(f"/screen/{one.id}/lines/{line}/correct", {"why": WHY, **said})
        assert answer.status_code == 400, said
        assert 'role="alert"' in answer.content.decode()
    assert buyer.post(f"/screen/{one.id}/lines/{line}/correct", {"why": WHY, "what": "paint"}).status_code == 404
    assert buyer.get(f"/screen/{one.id}/lines/no-such/").status_code == 404
    assert not Correction.objects.exists()


# what happens when the work ends badly


def test_the_earlier_answer_stays_when_the_work_is_cancelled_or_fails(
    buyer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = screened(buyer, csv(sample.day))
    before = (one.result / "lines.csv").read_text()
    with override_settings(TASKS=LATER):
        buyer.post(f"/screen/{one.id}/again")
    buyer.post(f"/screen/{one.id}/cancel")
    tasks.judge_again.call(str(one.id))
    one.refresh_from_db()
    assert (one.state, one.message) == (State.DONE, "Cancelled. The earlier answer stays.")
    assert not one.before.exists()

    def fails(*_: object, **__: object) -> None:
        message = "the disk went away"
        raise OSError(message)

    monkeypatch.setattr(tasks, "run_screening", fails)
    with override_settings(TASKS=LATER):
        buyer.post(f"/screen/{one.id}/again")
    with pytest.raises(OSError, match="the disk went away"):
        tasks.judge_again.call(str(one.id))
    one.refresh_from_db()
    assert one.state == State.DONE
    assert "Something went wrong" in buyer.get(f"/screen/{one.id}/").content.decode()
    assert (one.result / "lines.csv").read_text() == before


# whose it is


def test_nobody_elses_line_becomes_green_by_a_decision(buyer: Client, sample: Sample) -> None:
    office, company = (Organisation.objects.create(name=name) for name in ("Office", "Company"))
    mine = screened(buyer, csv(sample.day))
    correct(buyer, mine, what="choose", target=sample.id)
    member, other = signed_in("member", office), signed_in("other", company)
    offices = screened(member, csv(sample.day), office)
    assert rows(offices)[WORDS]["verdict"] == "missed"
    correct(member, offices, what="choose", target=sample.id)
    assert again(member, offices)[WORDS]["verdict"] == "green"
    assert rows(screened(other, csv(sample.day), company))[WORDS]["verdict"] == "missed"
    assert rows(screened(signed_in("alone"), csv(sample.day)))[WORDS]["verdict"] == "missed"
    assert rows(screened(Client(), csv(sample.day)))[WORDS]["verdict"] == "missed"


def test_decisions_of_a_member_for_themselves_do_not_count_for_the_organisation(sample: Sample) -> None:
    office = Organisation.objects.create(name="Office")
    member, alone = signed_in("member", office), signed_in("member")
    own = screened(alone, csv(sample.day))
    correct(alone, own, what="choose", target=sample.id)
    assert Correction.objects.get().organisation is None
    assert rows(screened(member, csv(sample.day), office))[WORDS]["verdict"] == "missed"


def test_the_operators_own_decisions_are_neither_used_nor_changed(buyer: Client, sample: Sample) -> None:
    settings = tenring_settings()
    number = sample.id.partition(":")[2]
    operators = Decision(
        decided=Decided.CONFIRMED, subject=Subject(text=WORDS), who="Operator", at=timezone.now(), why="x",
        licence=LicenceMeant(sample.id, "china-environmental-label", number, sample.brand, sample.model),
    )  # fmt: skip
    Decisions.of(settings).record([operators])
    one = screened(buyer, csv(sample.day))
    assert rows(one)[WORDS]["verdict"] == "missed"
    correct(buyer, one, what="choose", target=sample.id)
    assert len(Decisions.of(settings).history()) == 1


def test_strangers_see_neither_lines_nor_decisions(buyer: Client, sample: Sample) -> None:
    one = screened(buyer, csv(sample.day))
    correct(buyer, one, what="choose", target=sample.id)
    line, row = rows(one)[WORDS]["line_id"], Correction.objects.get()
    office = Organisation.objects.create(name="Office")
    for stranger in (Client(), signed_in("stranger"), signed_in("member", office, Role.OWNER)):
        for path in ("lines/", f"lines/{line}/", "changes"):
            assert stranger.get(f"/screen/{one.id}/{path}").status_code == 404
        for path in (f"{one.id}/lines/{line}/correct", f"{one.id}/again", f"corrections/{row.pk}/undo"):
            assert stranger.post(f"/screen/{path}", {"why": WHY, "what": "reject"}).status_code == 404
        assert WORDS not in stranger.get("/screen/corrections/").content.decode()
    assert Correction.objects.count() == 1


def test_what_each_role_may_do_with_the_lines_of_its_organisation(sample: Sample) -> None:
    office = Organisation.objects.create(name="Office")
    one = screened(signed_in("sender", office, Role.OWNER), csv(sample.day), office)
    line = rows(one)[WORDS]["line_id"]
    for role in Role:
        member = signed_in(f"member-{role}", office, role)
        page = member.get(f"/screen/{one.id}/lines/{line}/")
        may_correct, may_screen = (action in ALLOWED[role] for action in (Action.CORRECT, Action.SCREEN))
        assert page.status_code == 200
        assert ("Choose another licence" in page.content.decode()) == may_correct
        before = Correction.objects.count()
        assert correct(member, one, what="category", target="copy-paper") == (302 if may_correct else 403)
        assert Correction.objects.count() - before == may_correct
        assert member.post(f"/screen/{one.id}/keep", {"name": "x"}).status_code == (302 if may_screen else 403)
        assert member.get("/screen/corrections/").status_code == 200
        if latest := Correction.objects.last():
            undone = member.post(f"/screen/corrections/{latest.pk}/undo", {"why": "x"}).status_code
            assert undone == (302 if may_correct else 403)
        with override_settings(TASKS=LATER):
            assert member.post(f"/screen/{one.id}/again").status_code == (302 if may_screen else 403)
        Screening.objects.update(state=State.DONE)


def test_who_left_the_organisation_sees_nothing_any_more(sample: Sample) -> None:
    office = Organisation.objects.create(name="Office")
    member = signed_in("member", office)
    one = screened(member, csv(sample.day), office)
    Membership.objects.all().delete()
    assert member.get(f"/screen/{one.id}/lines/").status_code == 404


def test_somebody_not_signed_in_sees_lines_and_is_told_how_to_correct_them(visitor: Client, sample: Sample) -> None:
    one = screened(visitor, csv(sample.day))
    line = rows(one)[WORDS]["line_id"]
    assert visitor.get(f"/screen/{one.id}/lines/").status_code == 200
    assert "Who is signed in" in visitor.get(f"/screen/{one.id}/lines/{line}/").content.decode()
    assert correct(visitor, one, what="choose", target=sample.id) == 403
    for address in ("/screen/corrections/", "/screen/corrections/match.csv", "/screen/history/"):
        assert visitor.get(address).status_code == 302


def test_each_decision_is_in_the_log_of_whom_it_counts_for(sample: Sample) -> None:
    office = Organisation.objects.create(name="Office")
    member = signed_in("member", office)
    one = screened(member, csv(sample.day), office)
    correct(member, one, what="choose", target=sample.id)
    again(member, one)
    told = [(event.what, event.who, event.why) for event in office.events.all() if "upload" not in event.what]
    assert ("correction.confirmed", "member@example.org", WHY) in told
    assert "screening.again" in {what for what, _, _ in told}
    assert Event.objects.filter(what="correction.confirmed").get().detail["target"] == sample.id


# sharing


def test_decisions_are_exported_as_the_command_line_does_and_taken_over_by_another(
    buyer: Client, sample: Sample, tmp_path: Path
) -> None:
    one = screened(buyer, csv(sample.day))
    correct(buyer, one, what="choose", target=sample.id)
    content = buyer.get("/screen/corrections/match.csv").content
    path = tmp_path / "exported.csv"
    path.write_bytes(content)
    (decision,) = read_labelled(path)
    assert decision.who == "buyer@example.org"
    other = signed_in("other")
    for added in (1, 0):
        file = io.BytesIO(content)
        file.name = "decisions.csv"
        page = other.post("/screen/corrections/", {"file": file})
        assert f"{added} decisions added" in page.content.decode()
    assert "imported" in page.content.decode()
    assert rows(screened(other, csv(sample.day)))[WORDS]["verdict"] == "green"
    assert buyer.get("/screen/corrections/nonsense.csv").status_code == 404


def test_a_file_of_decisions_that_cannot_be_taken_adds_nothing(buyer: Client, sample: Sample) -> None:
    one = screened(buyer, csv(sample.day))
    correct(buyer, one, what="choose", target=sample.id)
    content = buyer.get("/screen/corrections/match.csv").content
    day = Correction.objects.get().at.date().isoformat().encode()
    other = signed_in("other")
    for damaged in (
        content.replace(b"," + day + b"T", b",2999-01-01T"),
        content.replace(b"right_id", b"wrong_id"),
        b"\xff\xfe\x00",
    ):
        file = io.BytesIO(damaged)
        file.name = "decisions.csv"
        answer = other.post("/screen/corrections/", {"file": file})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
        assert str(tenring_settings().home) not in answer.content.decode()
    assert other.post("/screen/corrections/").status_code == 400
    assert Correction.objects.count() == 1


def test_texts_of_decisions_are_shown_and_never_run(buyer: Client, sample: Sample) -> None:
    one = screened(buyer, csv(sample.day))
    correct(buyer, one, what="choose", target=sample.id, why="<script>alert(1)</script>")
    again(buyer, one)
    line = rows(one)[WORDS]["line_id"]
    for path in (f"{one.id}/lines/{line}/", "corrections/", f"{one.id}/report.html"):
        answer = buyer.get(f"/screen/{path}")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"<script>alert" not in content
