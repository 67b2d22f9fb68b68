from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
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
        with pytest.raises(UnusableInputError, match="--port"), serve._listening(address):  # noqa: SLF001 - the part under test
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

    from tenring.web.core.sources import warm_newest  # noqa: PLC0415 - only here

    with override_settings(TENRING=replace(home, home=tmp_path)):
        assert warm_newest(None) is None


def test_a_snapshot_is_read_ahead_once_and_spared_from_the_search_for_garbage(home: Settings) -> None:
    from django.test import override_settings  # noqa: PLC0415 - only here

    from tenring.web.core.sources import warm_newest  # noqa: PLC0415 - only here

    with override_settings(TENRING=home):
        try:
            warmed = warm_newest(None)
            assert warmed is not None
            assert gc.get_freeze_count() > 0
            assert warmed.measured("computers") is warmed.measured("computers")
            gc.unfreeze()
            assert warm_newest(warmed) is warmed
            assert gc.get_freeze_count() == 0
        finally:
            gc.unfreeze()


# several processes


@contextmanager
def served(home: Path, *options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`tenring serve` and its address."""
    command_line = [sys.executable, "-m", "tenring", "serve", "--port", "0", "--no-worker", "--no-browser", *options]
    environ = {"TENRING_HOME": str(home), "PATH": "", "PYTHONPATH": ":".join(sys.path), **environment}
    with subprocess.Popen(command_line, env=environ, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[3].rstrip("/")
        finally:
            process.terminate()


def children(process: subprocess.Popen[str]) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_processes_side_by_side_answer_at_one_address_and_count_together(tmp_path: Path) -> None:
    with served(tmp_path, "--processes", "2", TENRING_METRICS="1") as (process, address):
        with httpx.Client(timeout=60) as client:
            for _ in range(3):
                assert client.get(f"{address}/healthz").status_code == 200
        for _ in range(20):  # a connection of its own each, so that either process may take it
            assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        assert len(children(process)) == 2
        told = httpx.get(f"{address}/metrics", timeout=60).text
    assert 'tenring_requests_total{method="GET",route="alive",status="200"} 23.0' in told
    assert "tenring_home_free_bytes" in told
    assert process.returncode == 0


def test_when_one_of_the_processes_ends_all_end_with_an_error(tmp_path: Path) -> None:
    with served(tmp_path, "--processes", "2") as (process, address):
        assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        first, second = children(process)
        os.kill(first, signal.SIGKILL)
        assert process.wait(timeout=60) == 2
        assert not Path(f"/proc/{second}").exists()


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
