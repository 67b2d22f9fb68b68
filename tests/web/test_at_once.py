"""Two people who do a thing at the same moment, each in a process of their own with one database between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

#: What both processes do: get ready, wait until the other is, then act. `who` is 0 or 1.
SCRIPT = """
import json, sys, time
from pathlib import Path

import django

django.setup()

from django.core.exceptions import PermissionDenied
from tenring.exceptions import UnusableInputError
from tenring.web.accounts.models import Organisation, User
from tenring.web.accounts.organisations import actions, invitations
from tenring.web.accounts.roles import Role

what, who, folder, told = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])
me, other = (User.objects.get(username=name) for name in (("one", "two") if who == 0 else ("two", "one")))
city = Organisation.objects.get(pk=told["organisation"])
(folder / f"ready {who}").touch()
while not (folder / f"ready {1 - who}").exists():
    time.sleep(0.0005)
try:
    if what == "demote":
        actions.change_role(city, other.pk, Role.READER, me)
    elif what == "leave":
        actions.leave(city, me)
    else:
        print(invitations.accept(told["token"], me)[0].value)
        sys.exit()
    print("done")
except (PermissionDenied, UnusableInputError) as error:
    print(type(error).__name__)
"""
#: Makes the tables and the world, and tells of it; or, afterwards, who is what.
WORLD = """
import json, sys

import django

django.setup()

from django.core.management import call_command
from tenring.web.accounts.models import Event, Membership, Organisation, User
from tenring.web.accounts.organisations import actions, invitations
from tenring.web.accounts.roles import Role

if sys.argv[1] == "make":
    call_command("migrate", verbosity=0, interactive=False)
    Membership.objects.all().delete()
    people = {name: User.objects.get_or_create(username=name)[0] for name in ("one", "two", "three")}
    if sys.argv[2] == "accept":
        city = actions.make(people["three"], "City", "")
        _, token = invitations.invite(
            city, people["three"], email="a@b.example", role=Role.BUYER, any_address=True
        )
    else:
        city, token = actions.make(people["one"], "City", ""), ""
        Membership.objects.create(organisation=city, user=people["two"], role=Role.OWNER)
    print(json.dumps({"organisation": str(city.pk), "token": token}))
else:
    city = Organisation.objects.get(pk=sys.argv[2])
    roles = dict(city.memberships.values_list("user__username", "role"))
    print(json.dumps([roles, list(Event.objects.filter(organisation=city).values_list("what", flat=True))]))
"""


def run(code: str, *words: str, environ: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-W", "error", "-c", code, *words], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("what", ["demote", "leave", "accept"])
def test_of_two_who_act_at_once_one_is_too_late(tmp_path: Path, what: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TENRING_")}
    environ |= {"TENRING_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tenring.web.core.settings"}
    (tmp_path / "secret.key").write_text("k" * 40, encoding="ascii")  # both processes check what one signed
    told = run(WORLD, "make", what, environ=environ)
    both = [
        subprocess.Popen(  # noqa: S603 - our own code
            [sys.executable, "-c", SCRIPT, what, str(who), str(tmp_path), told],
            env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for who in (0, 1)
    ]  # fmt: skip
    answers = []
    for one in both:
        out, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
        answers.append(out.strip())
    roles, happened = json.loads(run(WORLD, "tell", json.loads(told)["organisation"], environ=environ))
    if what == "accept":
        assert sorted(answers) == ["open", "used"]
        assert sorted(roles.values()) == ["buyer", "owner"]
        assert happened.count("member.joined") == 1
    else:
        assert sorted(answers) in (["PermissionDenied", "done"], ["UnusableInputError", "done"])
        assert list(roles.values()).count("owner") == 1
        assert len([kind for kind in happened if kind in {"member.role_changed", "member.left"}]) == 1
