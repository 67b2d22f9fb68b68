from __future__ import annotations

import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.management import call_command

from tenring.commands import serve as command
from tenring.exceptions import UnusableInputError
from tenring.settings import Settings, from_environment
from tenring.web import serve
from tenring.web.core.settings import _database
from tenring.web.serve import Address


def test_a_port_that_is_taken_is_said_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = Address(port=taken.getsockname()[1])
        with pytest.raises(UnusableInputError, match="--port"), serve._listening(address, Settings()):  # noqa: SLF001 - the part under test
            pass


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda _: None)
    answer = CliRunner().invoke(command.serve, [], obj=Settings())
    assert answer.exit_code == 2
    assert "tenring[web]" in answer.output


def test_a_worker_ends_with_the_process_it_is_beside(tmp_path: Path) -> None:
    environ = {"TENRING_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    starter = (
        "import subprocess, sys, os; "
        "print(subprocess.Popen([sys.executable, '-m', 'tenring', 'worker', '--beside', str(os.getpid())]).pid)"
    )
    command_line = [sys.executable, "-c", starter]
    told = subprocess.run(  # noqa: S603 - our own command
        command_line, env=environ, capture_output=True, text=True, timeout=120, check=True
    )
    worker = int(told.stdout)
    for _ in range(600):
        if not Path(f"/proc/{worker}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{worker}").exists()


def test_the_database_is_sqlite_with_wal_unless_an_address_says_otherwise(tmp_path: Path) -> None:
    own = _database(None, tmp_path)
    assert own["NAME"] == str(tmp_path / "tenring.sqlite")
    assert "journal_mode=WAL" in own["OPTIONS"]["init_command"]
    other = _database("postgresql://buyer:secret@db.example/tenring", tmp_path)
    assert (other["ENGINE"], other["HOST"]) == ("django.db.backends.postgresql", "db.example")
    assert "OPTIONS" not in other or "init_command" not in other["OPTIONS"]


def test_hosts_and_https_are_read_from_the_environment() -> None:
    found = from_environment({"TENRING_HOSTS": "green.example, www.green.example", "TENRING_HTTPS": "1"})
    assert found.hosts == ("green.example", "www.green.example")
    assert found.https is True
    assert from_environment({"TENRING_HTTPS": "no"}).https is False
    with pytest.raises(UnusableInputError, match="TENRING_HTTPS"):
        from_environment({"TENRING_HTTPS": "perhaps"})


def test_a_home_without_a_snapshot_is_served_all_the_same(home: Settings, tmp_path: Path) -> None:
    from django.test import override_settings  # noqa: PLC0415 - only here

    from tenring.web.core.sources import warm  # noqa: PLC0415 - only here

    with override_settings(TENRING=replace(home, home=tmp_path)):
        warm()


# whose word is taken on who asks


def test_only_the_proxy_of_the_settings_is_believed() -> None:
    behind = Settings(https=True, proxy="10.0.0.2")
    assert serve._proxy(behind) == {  # noqa: SLF001 - the part under test
        "trusted_proxy": "10.0.0.2",
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def test_without_https_nobody_is_believed_and_what_is_said_can_be_seen() -> None:
    assert serve._proxy(Settings()) == {"clear_untrusted_proxy_headers": False}  # noqa: SLF001 - the part under test


# the tables


@pytest.mark.django_db
def test_the_tables_are_what_the_models_say() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
