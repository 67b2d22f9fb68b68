"""SQLite and PostgreSQL: brought up to date with what is in them, by one process of many; many workers of a queue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from machines import Machine
from postgresql import Server

#: The tables as the first steps made them, with somebody and something in them.
FIRST = """
import django; django.setup()
from datetime import date
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
first = [(app, "0001_initial") for app in ("accounts", "procurement", "api")]
executor.migrate(first)
old = executor.loader.project_state(first).apps
user = old.get_model("accounts", "User").objects.create(username="mei", email="mei@office.example")
old.get_model("procurement", "Screening").objects.create(
    owner=user, file_name="采购.csv", language="zh", on=date(2026, 3, 1), options={"columns": {"名称": "description"}})
old.get_model("api", "ApiKey").objects.create(
    owner=user, name="shop", beginning="tenring_", digest="0" * 64, scopes=["match"])
"""
NOW = """
import django; django.setup()
from tenring.web.api.models import ApiKey
from tenring.web.procurement.models import Screening
one, key = Screening.objects.get(), ApiKey.objects.get()
print(one.owner.username, one.file_name, one.options, one.organisation, key.scopes, key.organisation)
"""
ENQUEUE = """
import django; django.setup()
from queued import wait
for number in range(60):
    wait.enqueue(number)
"""
ENDED = """
import django, json; django.setup()
from django_tasks_db.models import DBTaskResult
print(json.dumps([[one.status, one.worker_ids, one.return_value] for one in DBTaskResult.objects.all()]))
"""
WORK = """
import django; django.setup()
from django.core.management import call_command
call_command("db_worker", interval=0.1, verbosity=0)
"""


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """A new machine with each database in turn."""
    is_file = request.param == "SQLite"
    return Machine(tmp_path / "home", None if is_file else request.getfixturevalue("postgresql").new_database())


def test_an_older_database_is_brought_up_to_date_with_what_is_in_it(machine: Machine, tmp_path: Path) -> None:
    machine.home.mkdir()
    machine.run("-c", FIRST)
    for verb in (
        ("serve", "--no-migrate", "--no-worker", "--port", "0"),
        ("worker", "--no-migrate"),
        ("backup", str(tmp_path)),
    ):
        assert "tenring migrate" in machine.tenring(*verb, code=2)
    assert json.loads(machine.tenring("migrate", "--json"))["steps"] >= 3
    assert machine.run("-c", NOW) == "mei 采购.csv {'columns': {'名称': 'description'}} None ['match'] None\n"


def test_of_several_that_bring_it_up_to_date_one_works_and_the_others_wait(machine: Machine) -> None:
    started = [machine.started("-m", "tenring", "migrate", "--json") for _ in range(3)]
    steps = sorted(json.loads(one.communicate(timeout=300)[0])["steps"] for one in started)
    assert steps[:2] == [0, 0]
    assert steps[2] > 10


def test_two_workers_of_one_queue_do_each_job_once(postgresql: Server, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "home", postgresql.new_database())
    machine.tenring("migrate")
    workers = [machine.started("-c", WORK) for _ in range(2)]
    try:
        machine.run("-c", ENQUEUE)
        ended = json.loads(machine.run("-c", ENDED))
        while any(status in {"READY", "RUNNING"} for status, _, _ in ended):
            ended = json.loads(machine.run("-c", ENDED))
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(timeout=60)
            if worker.stdout:
                worker.stdout.close()
    assert {status for status, _, _ in ended} == {"SUCCESSFUL"}
    assert sorted(value for _, _, value in ended) == list(range(60))
    assert all(len(by) == 1 for _, by, _ in ended), "no job was taken twice"
    assert len({by[0] for _, by, _ in ended}) == 2, "both worked"
