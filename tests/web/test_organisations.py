from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings
from django.utils import timezone

from organisation_world import a_person, a_screening, an_organisation, named, signed_in
from tenring.exceptions import UnusableInputError
from tenring.settings import Settings
from tenring.web.accounts.events import event_name
from tenring.web.accounts.log import record
from tenring.web.accounts.models import Event, Invitation, Membership, Organisation, User
from tenring.web.accounts.organisations import actions, invitations
from tenring.web.accounts.roles import Role
from tenring.web.api import access
from tenring.web.api.actions import new_key
from tenring.web.api.models import ApiKey
from tenring.web.api.scopes import Scope
from tenring.web.procurement import actions as procurement
from tenring.web.procurement.models import Screening, State

pytestmark = pytest.mark.django_db

LATER = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}
CSV = "date,description,brand,model\n2026-02-17,Copy paper A4,Aldrune,AL201\n"


@pytest.fixture(autouse=True)
def _own_uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    """Uploads go to a folder of the test; work waits."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    access.limiter.__init__()  # type: ignore[misc]
    with override_settings(TENRING=replace(home, home=tmp_path), TASKS=LATER):
        yield


@pytest.fixture
def ann() -> User:
    return a_person("ann")


@pytest.fixture
def city(ann: User) -> Organisation:
    return an_organisation(ann, bob=Role.BUYER, eve=Role.EDITOR, ron=Role.READER)


def at(organisation: Organisation, path: str = "") -> str:
    return f"/organisations/{organisation.id}/{path}"


def text_of(answer: Any) -> str:
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


def happened(organisation: Organisation) -> list[str]:
    return list(Event.objects.filter(organisation=organisation).values_list("what", flat=True))


def role_of(name: str, organisation: Organisation) -> str | None:
    found = Membership.objects.filter(user__username=name, organisation=organisation).first()
    return found.role if found else None


# made, named, acted for, closed


def test_whoever_makes_an_organisation_owns_it_and_acts_for_it(ann: User) -> None:
    browser = signed_in(ann)
    answer = browser.post("/organisations/", {"name": "  City   of Aldrune ", "economy": "CN"})
    made = Organisation.objects.get()
    assert answer.headers["Location"] == at(made)
    assert (made.name, made.economy, role_of("ann", made)) == ("City of Aldrune", "CN", Role.OWNER)
    assert f'<option value="{made.id}" selected>City of Aldrune' in text_of(browser.get("/programmes/"))
    assert happened(made) == ["organisation.made"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b", "a\u202eb"])
def test_a_name_that_nobody_can_read_is_refused_beside_its_field(ann: User, name: str) -> None:
    answer = signed_in(ann).post("/organisations/", {"name": name})
    assert answer.status_code == 400
    assert 'aria-invalid="true" aria-describedby="problem"' in text_of(answer)
    assert not Organisation.objects.exists()


def test_an_economy_is_one_of_the_catalogue(ann: User) -> None:
    answer = signed_in(ann).post("/organisations/", {"name": "City", "economy": "ATLANTIS"})
    assert answer.status_code == 400
    assert "there is no economy" in text_of(answer)


def test_nobody_owns_more_organisations_than_anybody_can_run(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_OWNED", 1)
    an_organisation(ann)
    assert "already" in text_of(signed_in(ann).post("/organisations/", {"name": "Another"}))
    assert Organisation.objects.count() == 1


def test_the_switch_goes_back_to_the_page_and_never_to_another_site(ann: User, city: Organisation) -> None:
    browser = signed_in(ann)
    there = browser.post("/organisations/act", {"organisation": str(city.id), "next": "/search?q=paper"})
    assert there.headers["Location"] == "/search?q=paper"
    assert browser.session["organisation"] == str(city.id)
    away = browser.post("/organisations/act", {"organisation": "", "next": "https://elsewhere.example/"})
    assert away.headers["Location"] == "/organisations/"
    assert browser.session["organisation"] is None
    assert browser.post("/organisations/act", {"organisation": "no id"}).status_code == 404


def test_who_belongs_to_no_organisation_sees_no_switch(visitor: Client, ann: User) -> None:
    assert "You act for" not in text_of(visitor.get("/programmes/"))
    assert "You act for" not in text_of(signed_in(ann).get("/programmes/"))


def test_a_new_name_is_logged_with_the_old_one(ann: User, city: Organisation) -> None:
    browser = signed_in(ann)
    assert browser.post(at(city, "change"), {"name": "Aldrune", "economy": ""}).status_code == 302
    assert browser.post(at(city, "change"), {"name": "Aldrune", "economy": ""}).status_code == 302
    assert Event.objects.get(what="organisation.changed").detail["name"] == ["City of Aldrune", "Aldrune"]
    assert "City of Aldrune → Aldrune" in text_of(browser.get(at(city, "log")))
    assert browser.post(at(city, "change"), {"name": " "}).status_code == 400


def test_a_closed_organisation_opens_nothing_but_its_log(ann: User, city: Organisation) -> None:
    browser = signed_in(ann)
    browser.post("/organisations/act", {"organisation": str(city.id)})
    one = a_screening(named("bob"), city)
    _, key = new_key("k", (Scope.JOBS,), who="ann", owner=ann, organisation=city)
    assert browser.post(at(city, "close"), {"why": ""}).status_code == 400
    assert browser.post(at(city, "close"), {"why": "merged with another"}).status_code == 302
    shown = browser.get(at(city))
    assert (shown.status_code, "was closed on" in text_of(shown)) == (410, True)
    assert "merged with another" in text_of(browser.get(at(city, "log")))
    assert browser.get(f"/screen/{one.id}/").status_code == 404
    assert signed_in(named("bob")).get(f"/screen/{one.id}/").status_code == 404
    assert keyed(key).get("/api/v1/jobs").status_code == 401
    assert browser.post(at(city, "change"), {"name": "x"}).status_code == 404
    assert browser.post(at(city, "close"), {"why": "again"}).status_code == 404
    assert "You act for" not in text_of(browser.get("/programmes/"))
    assert happened(city)[-1] == "organisation.closed"


def test_what_was_uploaded_for_a_closed_organisation_is_removed_on_its_day(ann: User, city: Organisation) -> None:
    one = a_screening(ann, city)
    actions.close(city, ann, "over")
    Screening.objects.update(expires_at=timezone.now() - timedelta(days=1))
    procurement.forget_expired()
    assert not one.folder.exists()
    assert happened(city)[-1] == "screening.expired"


# members


def test_a_role_is_changed_and_somebody_removed_with_who_did_it(ann: User, city: Organisation) -> None:
    browser, bob, ron = signed_in(ann), named("bob"), named("ron")
    assert browser.post(at(city, f"members/{bob.pk}/role"), {"role": "editor"}).status_code == 302
    assert browser.post(at(city, f"members/{ron.pk}/remove")).status_code == 302
    assert (role_of("bob", city), role_of("ron", city)) == ("editor", None)
    changed, removed = Event.objects.filter(what__startswith="member.")
    assert (changed.who, changed.about, changed.detail["role"]) == (
        "ann@example.org", "bob@example.org", ["buyer", "editor"],
    )  # fmt: skip
    assert (removed.about, removed.detail["person"]) == ("ron@example.org", ron.pk)
    assert browser.post(at(city, f"members/{bob.pk}/role"), {"role": "king"}).status_code == 400
    assert browser.post(at(city, f"members/{ron.pk}/role"), {"role": "editor"}).status_code == 400


def test_an_organisation_is_never_without_an_owner(ann: User, city: Organisation) -> None:
    browser = signed_in(ann)
    for path, said in (("leave", {}), (f"members/{ann.pk}/role", {"role": "reader"}), (f"members/{ann.pk}/remove", {})):
        answer = browser.post(at(city, path), said)
        assert answer.status_code == 400, path
        assert "needs an owner" in text_of(answer)
    assert role_of("ann", city) == Role.OWNER
    assert happened(city) == ["organisation.made"]
    assert actions.without_owner(ann) == [city]


def test_an_account_that_goes_leaves_every_organisation_or_none(ann: User, city: Organisation) -> None:
    eve = named("eve")
    other = an_organisation(eve, "Another")
    with pytest.raises(UnusableInputError, match="needs an owner"):
        actions.leave_all(eve)
    assert role_of("eve", city) == Role.EDITOR
    Membership.objects.create(organisation=other, user=ann, role=Role.OWNER)
    actions.leave_all(eve)
    assert not eve.memberships.exists()
    assert (happened(city)[-1], happened(other)[-1]) == ("member.left", "member.left")


def test_an_owner_whose_account_is_closed_does_not_count(ann: User, city: Organisation) -> None:
    Membership.objects.filter(user=named("bob")).update(role=Role.OWNER)
    assert actions.without_owner(ann) == []
    User.objects.filter(username="bob").update(is_active=False)
    assert actions.without_owner(ann) == [city]
    assert signed_in(ann).post(at(city, "leave")).status_code == 400


def test_whoever_leaves_sees_nothing_any_more_and_what_they_uploaded_stays(ann: User, city: Organisation) -> None:
    bob = named("bob")
    browser, one = signed_in(bob), a_screening(bob, city)
    browser.post("/organisations/act", {"organisation": str(city.id)})
    assert one.file_name in text_of(browser.get("/screen/"))
    assert browser.post(at(city, "leave")).status_code == 302
    assert browser.get(f"/screen/{one.id}/lines.csv").status_code == 404
    assert browser.get(at(city)).status_code == 404
    assert one.file_name not in text_of(browser.get("/screen/"))
    assert one.file_name in text_of(signed_in(ann).get("/screen/"))
    assert "member.left" in happened(city)


# invitations


def invited(browser: Client, organisation: Organisation, **said: str) -> str:
    """The path of the link that whoever invites is shown."""
    answer = browser.post(at(organisation, "invitations"), {"email": "new@example.org", "role": "buyer", **said})
    assert answer.status_code == 200, text_of(answer)
    found = re.search(r'value="http://testserver(/invitations/[^"]+)"', text_of(answer))
    assert found is not None
    return found[1]


def test_an_invitation_is_sent_shown_once_accepted_and_logged(ann: User, city: Organisation) -> None:
    link = invited(signed_in(ann), city)
    (sent,) = mail.outbox
    assert sent.to == ["new@example.org"]
    assert f"http://testserver{link}" in sent.body
    assert "City of Aldrune" in sent.subject
    kept = Invitation.objects.get()
    token = link.removeprefix("/invitations/")
    assert token not in json.dumps(list(Invitation.objects.values()), default=str)
    assert kept.digest == invitations.digest_of(token)
    assert link not in text_of(signed_in(ann).get(at(city)))
    browser = signed_in(a_person("new"))
    assert "ann@example.org invites you to City of Aldrune as buyer." in text_of(browser.get(link))
    assert browser.post(link).headers["Location"] == at(city)
    assert role_of("new", city) == "buyer"
    assert browser.session["organisation"] == str(city.id)
    assert happened(city)[1:] == ["member.invited", "member.joined"]
    assert "new@example.org" not in text_of(signed_in(ann).get(at(city))).partition("Invited, not yet here")[2]


def test_nobody_signed_in_is_told_what_it_is_for_and_changes_nothing(
    visitor: Client, ann: User, city: Organisation
) -> None:
    link = invited(signed_in(ann), city)
    for answer in (visitor.get(link), visitor.post(link)):
        assert answer.status_code == 200
        assert "It is for new@example.org" in text_of(answer)
        assert "next=%2Finvitations%2F" in text_of(answer)
    assert Membership.objects.filter(organisation=city).count() == 4


def test_another_address_is_told_so_unless_any_was_allowed(ann: User, city: Organisation) -> None:
    other = signed_in(a_person("other"))
    link = invited(signed_in(ann), city)
    answer = other.post(link)
    assert "It is for new@example.org. Your account has another address" in text_of(answer)
    assert role_of("other", city) is None
    anybody = invited(signed_in(ann), city, any_address="1")
    assert other.post(anybody).status_code == 302
    assert role_of("other", city) == "buyer"


def test_the_case_of_an_address_does_not_matter(ann: User, city: Organisation) -> None:
    link = invited(signed_in(ann), city, email="NEW@Example.ORG")
    assert signed_in(a_person("new")).post(link).status_code == 302


def test_a_link_works_once(ann: User, city: Organisation) -> None:
    link = invited(signed_in(ann), city, any_address="1")
    new = signed_in(a_person("new"))
    new.post(link)
    again, late = new.post(link), signed_in(a_person("late")).post(link)
    assert "You belong to this organisation already." in text_of(again)
    assert (late.status_code, "a link works once" in text_of(late)) == (410, True)
    assert role_of("late", city) is None
    assert happened(city).count("member.joined") == 1


def test_an_expired_a_revoked_a_damaged_and_an_unknown_link_say_what_they_are(ann: User, city: Organisation) -> None:
    browser, new = signed_in(ann), signed_in(a_person("new"))
    link = invited(browser, city)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "It has expired." in text_of(new.post(link))
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    one = Invitation.objects.get()
    assert browser.post(at(city, f"invitations/{one.id}/revoke")).status_code == 302
    assert "It was taken back." in text_of(new.post(link))
    assert browser.post(at(city, f"invitations/{one.id}/revoke")).status_code == 400
    for damaged in (link[:-1], link + "x", "/invitations/none", link.replace(":", "-")):
        answer = new.post(damaged)
        assert (answer.status_code, "The link is not whole." in text_of(answer)) == (410, True)
    Invitation.objects.all().delete()
    assert "Nobody made this invitation" in text_of(new.post(link))
    assert role_of("new", city) is None


def test_a_link_into_a_closed_organisation_says_that_it_is_closed(ann: User, city: Organisation) -> None:
    link = invited(signed_in(ann), city)
    actions.close(city, ann, "over")
    answer = signed_in(a_person("new")).post(link)
    assert "The organisation is closed." in text_of(answer)
    assert "City of Aldrune" not in text_of(answer)
    assert role_of("new", city) is None


def test_a_second_invitation_to_an_address_takes_the_first_back(ann: User, city: Organisation) -> None:
    first, second = (invited(signed_in(ann), city) for _ in range(2))
    new = signed_in(a_person("new"))
    assert "It was taken back." in text_of(new.get(first))
    assert new.post(second).status_code == 302


def test_who_cannot_be_invited_is_told_beside_the_field(
    ann: User, city: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(ann)
    for said, told in (
        ({"email": "no address"}, "is no e-mail address"),
        ({"email": "BOB@example.org"}, "belongs to the organisation already"),
        ({"role": "king"}, "there is no role"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "is no e-mail address"),
    ):
        answer = browser.post(at(city, "invitations"), {"email": "new@example.org", "role": "buyer", **said})
        assert (answer.status_code, told in text_of(answer)) == (400, True), said
        assert 'aria-describedby="invite-problem"' in text_of(answer)
    monkeypatch.setattr(invitations, "MOST_A_DAY", 0)
    answer = browser.post(at(city, "invitations"), {"email": "new@example.org", "role": "buyer"})
    assert "more than 0 invitations in a day" in text_of(answer)
    assert not mail.outbox


def test_where_no_mail_can_be_sent_the_link_is_still_shown(
    ann: User, city: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(invitations, "send_mail", unreachable)
    answer = signed_in(ann).post(at(city, "invitations"), {"email": "new@example.org", "role": "buyer"})
    assert "The mail could not be sent." in text_of(answer)
    assert "/invitations/" in text_of(answer)


def test_an_invitation_holds_for_the_days_of_the_setting(ann: User, city: Organisation, home: Settings) -> None:
    with override_settings(TENRING=replace(home, invitation_days=2)):
        invited(signed_in(ann), city)
    assert timedelta(days=1, hours=23) < Invitation.objects.get().expires_at - timezone.now() <= timedelta(days=2)


# keys


def keyed(text: str) -> Client:
    return Client(headers={"accept-language": "en", "authorization": f"Bearer {text}"}, raise_request_exception=False)


def made_key(browser: Client, path: str, **said: object) -> str:
    answer = browser.post(path, {"name": "webshop", "scope": ["jobs"], **said})
    found = re.search(r'value="(tenring_[^"]+)"', text_of(answer))
    assert found is not None, text_of(answer)
    return found[1]


def test_a_key_is_shown_once_opens_until_its_day_and_is_revoked(ann: User) -> None:
    browser = signed_in(ann)
    text = made_key(browser, "/keys/", until=timezone.now().date().isoformat())
    listed = text_of(browser.get("/keys/"))
    assert "webshop" in listed
    assert text not in listed
    assert keyed(text).get("/api/v1/jobs").status_code == 200
    one = ApiKey.objects.get()
    assert (one.owner, one.organisation, one.scopes) == (ann, None, ["jobs"])
    assert browser.post(f"/keys/{one.id}/revoke").status_code == 302
    assert keyed(text).get("/api/v1/jobs").status_code == 401
    assert browser.post(f"/keys/{one.id}/revoke").status_code == 400
    assert [*Event.objects.filter(user=ann, organisation=None).values_list("what", flat=True)] == [
        "key.made", "key.revoked",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"scope": []}, "say what the key is for"),
        ({"scope": ["issue"]}, "say what the key is for"),
        ({"scope": ["jobs", "issue"]}, "say what the key is for"),
        ({"name": " "}, "a key needs a name"),
        ({"until": "2020-01-01"}, "cannot end before today"),
        ({"until": "soon"}, "is not a date"),
        ({"until": "9999-12-31"}, "is not a date"),
    ],
)
def test_a_key_that_cannot_be_made_is_refused_in_words(ann: User, said: dict[str, object], told: str) -> None:
    answer = signed_in(ann).post("/keys/", {"name": "webshop", "scope": ["jobs"], **said})
    assert (answer.status_code, told in text_of(answer)) == (400, True)
    assert not ApiKey.objects.exists()


def test_nobody_sees_or_revokes_the_key_of_another(ann: User, city: Organisation) -> None:
    browser = signed_in(ann)
    made_key(browser, "/keys/", name="my own")
    one = ApiKey.objects.get()
    bob = signed_in(named("eve"))
    assert "my own" not in text_of(bob.get("/keys/"))
    assert bob.post(f"/keys/{one.id}/revoke").status_code == 404
    assert bob.post(at(city, f"keys/{one.id}/revoke")).status_code == 404
    ApiKey.objects.get(revoked_at=None)


def sent_by(text: str) -> Any:
    return keyed(text).post("/api/v1/jobs", {"file": SimpleUploadedFile("by-key.csv", CSV.encode())})


def test_what_a_key_of_an_organisation_sends_belongs_to_it(ann: User, city: Organisation) -> None:
    text = made_key(signed_in(named("eve")), at(city, "keys"))
    answer = sent_by(text)
    assert answer.status_code == 202, answer.content
    one = Screening.objects.get()
    assert (one.organisation, one.owner) == (city, named("eve"))
    for name in ("ann", "bob", "ron"):
        assert "by-key.csv" in text_of(signed_in(named(name)).get("/screen/"))
    assert keyed(text).post(f"/api/v1/jobs/{one.id}/cancel").status_code == 202
    assert [(line.what, line.who) for line in Event.objects.filter(what__startswith="screening.")] == [
        ("screening.uploaded", "eve@example.org"), ("screening.cancelled", "eve@example.org"),
    ]  # fmt: skip
    assert signed_in(ann).get("/keys/").status_code == 200


def test_a_key_can_do_what_the_role_of_its_owner_allows_now(city: Organisation) -> None:
    text = made_key(signed_in(named("eve")), at(city, "keys"))
    Membership.objects.filter(user=named("eve")).update(role=Role.READER)
    refused = sent_by(text)
    assert (refused.status_code, "does not allow" in refused.json()["what"]) == (403, True)
    assert keyed(text).get("/api/v1/jobs").status_code == 200


@pytest.mark.parametrize("what", ["left", "disabled", "gone", "closed"])
def test_a_key_whose_owner_or_organisation_went_opens_nothing(ann: User, city: Organisation, what: str) -> None:
    eve = named("eve")
    text = made_key(signed_in(eve), at(city, "keys"))
    assert keyed(text).get("/api/v1/search?q=x").status_code == 200
    if what == "left":
        actions.leave(city, eve)
        assert "opens nothing" in text_of(signed_in(ann).get(at(city, "keys")))
    elif what == "gone":
        ApiKey.objects.update(owner=None)
    elif what == "disabled":
        User.objects.filter(pk=eve.pk).update(is_active=False)
    else:
        actions.close(city, ann, "over")
    for path in ("jobs", "search?q=x"):
        assert keyed(text).get(f"/api/v1/{path}").status_code == 401


def test_an_owner_revokes_the_key_that_another_made(ann: User, city: Organisation) -> None:
    text = made_key(signed_in(named("eve")), at(city, "keys"))
    one = ApiKey.objects.get()
    assert signed_in(ann).post(at(city, f"keys/{one.id}/revoke")).status_code == 302
    assert keyed(text).get("/api/v1/jobs").status_code == 401
    assert [(line.what, line.who) for line in Event.objects.filter(what__startswith="key.")] == [
        ("key.made", "eve@example.org"), ("key.revoked", "ann@example.org"),
    ]  # fmt: skip


# screenings


def upload(browser: Client, name: str = "ours.csv") -> Any:
    return browser.post("/screen/", {"file": SimpleUploadedFile(name, CSV.encode()), "on": "2026-03-01"})


def test_what_is_uploaded_while_acting_for_an_organisation_belongs_to_it(ann: User, city: Organisation) -> None:
    bob = signed_in(named("bob"))
    bob.post("/organisations/act", {"organisation": str(city.id)})
    assert upload(bob).status_code == 302
    bob.post("/organisations/act", {"organisation": ""})
    assert upload(bob, "mine.csv").status_code == 302
    page = text_of(signed_in(ann).get("/screen/"))
    assert "ours.csv" in page
    assert "bob@example.org" in page
    assert "mine.csv" not in page
    own = text_of(bob.get(f"/screen/?for={city.id}"))
    assert ("ours.csv" in own, "mine.csv" in own) == (True, False)
    own = text_of(bob.get("/screen/?for=me"))
    assert ("ours.csv" in own, "mine.csv" in own) == (False, True)


def test_a_reader_sees_and_may_not_upload_for_it(city: Organisation) -> None:
    ron = signed_in(named("ron"))
    ron.post("/organisations/act", {"organisation": str(city.id)})
    assert "does not allow uploads" in text_of(ron.get("/screen/"))
    assert upload(ron).status_code == 403
    ron.post("/organisations/act", {"organisation": ""})
    assert upload(ron).status_code == 302


def test_every_change_of_a_screening_is_logged_with_who(ann: User, city: Organisation) -> None:
    bob = signed_in(named("bob"))
    bob.post("/organisations/act", {"organisation": str(city.id)})
    upload(bob)
    one = Screening.objects.get()
    owner = signed_in(ann)
    owner.post(f"/screen/{one.id}/cancel")
    Screening.objects.update(state=State.UNDERSTOOD)
    bob.post(f"/screen/{one.id}/start")
    Screening.objects.update(state=State.FAILED)
    bob.post(f"/screen/{one.id}/read", {"on": "2026-03-01"})
    Screening.objects.update(state=State.FAILED)
    owner.post(f"/screen/{one.id}/forget")
    found = Event.objects.filter(organisation=city, what__startswith="screening.")
    assert [(line.what.removeprefix("screening."), line.who.partition("@")[0]) for line in found] == [
        ("uploaded", "bob"), ("cancelled", "ann"), ("screened", "bob"), ("read_again", "bob"), ("removed", "ann"),
    ]  # fmt: skip
    assert {line.about for line in found} == {f"screening {one.id}"}


def test_what_one_person_has_at_work_does_not_stop_the_others(city: Organisation) -> None:
    bob, eve = named("bob"), named("eve")
    for _ in range(procurement.MOST_OF_ONE):
        a_screening(bob, city, state=State.READING)
    for user, status in ((bob, 400), (eve, 302)):
        browser = signed_in(user)
        browser.post("/organisations/act", {"organisation": str(city.id)})
        assert upload(browser).status_code == status


# the log


def test_the_log_is_filtered_by_person_kind_and_day(ann: User, city: Organisation) -> None:
    browser = signed_in(ann)
    for user, what, day in ((ann, "one", 1), (named("bob"), "two", 2), (ann, "two", 3)):
        line = Event(
            organisation=city, user=user, who=user.email, what=what, about=f"{what} on {day}",
            at=datetime(2026, 5, day, 23, 59, 59, tzinfo=UTC),
        )  # fmt: skip
        line.save()

    def found(**asked: str) -> set[str]:
        return set(re.findall(r"(?:one|two) on \d", text_of(browser.get(at(city, "log"), asked))))

    assert found() == {"one on 1", "two on 2", "two on 3"}
    assert found(who="ann@example.org", to="2026-12-01") == {"one on 1", "two on 3"}
    assert found(what="two") == {"two on 2", "two on 3"}
    assert found(**{"from": "2026-05-02", "to": "2026-05-02"}) == {"two on 2"}
    assert found(to="9999-12-31") == found()
    for bad in ({"from": "soon"}, {"before": "x"}, {"before": "9" * 30}, {"before": "-1"}):
        assert browser.get(at(city, "log"), bad).status_code == 400


def test_pages_of_the_log_hold_every_line_once_while_others_are_added(ann: User, city: Organisation) -> None:
    for number in range(120):
        record("numbered", user=ann, organisation=city, about=f"number {number:03}")
    browser, seen, asked = signed_in(ann), [], "what=numbered"
    while asked:
        page = text_of(browser.get(at(city, f"log?{asked}")))
        seen += re.findall(r"number \d{3}", page)
        record("numbered", user=ann, organisation=city, about="added meanwhile")
        older = re.search(r'href="\?([^"]*)" rel="next"', page)
        asked = older[1].replace("&amp;", "&") if older else ""
    assert seen == [f"number {number:03}" for number in reversed(range(120))]


def test_the_log_is_downloaded_and_nothing_in_it_runs(ann: User, city: Organisation) -> None:
    record("note", user=ann, organisation=city, about='=HYPERLINK("http://x")', why="＝1+1", name="a,b\n")
    browser = signed_in(ann)
    rows = list(csv.reader(io.StringIO(text_of(browser.get(at(city, "log.csv"))).lstrip("\ufeff"))))
    assert rows[0] == ["at", "who", "what", "about", "why", "detail"]
    assert rows[1][1:5] == ["ann@example.org", "note", '\'=HYPERLINK("http://x")', "'＝1+1"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "＝"))]
    lines = json.loads(text_of(browser.get(at(city, "log.json"))))
    assert [line["what"] for line in lines] == ["note", "organisation.made"]
    assert lines[0]["detail"] == {"name": "a,b\n"}
    assert json.loads(text_of(browser.get(at(city, "log.json?what=none")))) == []
    assert browser.get(at(city, "log.exe")).status_code == 404
    assert "attachment" in browser.get(at(city, "log.csv")).headers["Content-Disposition"]


def test_every_kind_of_line_that_is_written_has_words() -> None:
    written = re.compile(r'(?:record|_log)\(\s*(?:key, )?"((?:organisation|member|invitation|key)\.[a-z_]+)"')
    web = Path(actions.__file__).resolve().parents[2]
    kinds = {kind for path in web.rglob("*.py") for kind in written.findall(path.read_text(encoding="utf-8"))}
    assert len(kinds) >= 10
    assert [kind for kind in kinds if event_name(kind) == kind] == []


def test_a_line_of_the_log_is_neither_changed_nor_removed(ann: User, city: Organisation) -> None:
    line = Event.objects.get(organisation=city)
    line.who = "somebody else"
    for forbidden in (line.save, line.delete, Event.objects.all().delete, lambda: Event.objects.update(who="x")):
        with pytest.raises(TypeError, match="only added"):
            forbidden()
    with pytest.raises(DatabaseError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_event SET who = 'somebody else'")
    assert Event.objects.get(pk=line.pk).who == ann.email


def test_the_name_stays_in_the_log_when_the_account_goes(city: Organisation) -> None:
    bob = named("bob")
    record("note", user=bob, organisation=city)
    bob.delete()
    line = Event.objects.get(what="note")
    assert (line.user, line.who) == (None, "bob@example.org")


def test_the_database_itself_refuses_to_remove_lines() -> None:
    if connection.vendor == "postgresql":
        record("note", user=None)
        with pytest.raises(DatabaseError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_event")
        return
    from importlib import import_module  # noqa: PLC0415 - its name begins with a digit

    kept = import_module("tenring.web.accounts.migrations.0003_invitations_and_kept_log")
    with connection.cursor() as cursor:
        cursor.execute(kept.SQLITE[1])  # what the tests do without: see conftest
        record("note", user=None)
        with pytest.raises(DatabaseError, match="only added"):
            cursor.execute("DELETE FROM accounts_event")
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'accounts_event'")
        assert {name for (name,) in cursor.fetchall()} == {"accounts_event_unchanged", "accounts_event_undeleted"}
