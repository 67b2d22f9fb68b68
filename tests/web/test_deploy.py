"""What `deploy/` holds: read as machines read it, and its topology started on this machine without containers."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from local_servers import Certificate, certificate
from machines import Machine
from postgresql import Server
from tenring.__main__ import tenring as command
from tenring.settings import SECRETS, VARIABLES, Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
#: The first question opens register and index, in seconds.
_PATIENCE = 60
OURS = ("migrate", "web", "worker", "register", "backup")


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


# the files


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_do_nothing_but_write_their_volumes(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(COMPOSE["volumes"])
    assert "ports" not in service, "only the proxy is reached from outside"


@pytest.mark.parametrize("name", OURS)
def test_the_command_of_a_container_exists(name: str) -> None:
    words = COMPOSE["services"][name].get("command") or image_command()
    context: Any = None
    found: Any = command
    while hasattr(found, "get_command"):
        found, words = found.get_command(context, words[0]), words[1:]
    assert {word for word in words if word.startswith("--")} <= {name for one in found.params for name in one.opts}


def image_command() -> list[str]:
    found = re.search(r"^CMD (\[.*\])$", text_of("Dockerfile"), re.MULTILINE)
    assert found is not None
    words: list[str] = json.loads(found[1])
    return words


def test_every_variable_that_is_set_exists() -> None:
    known = {*VARIABLES, *(f"{name}_FILE" for name in SECRETS)}
    set_here = set(COMPOSE["services"]["web"]["environment"])
    set_here |= set(re.findall(r"\b(TENRING_(?!SITE|UPSTREAM|CERTIFICATES)[A-Z_]+)=", text_of("Dockerfile")))
    set_here |= set(re.findall(r"^(TENRING_(?!SITE)[A-Z_]+)=", text_of(".env.example"), re.MULTILINE))
    assert set_here <= known


def test_services_networks_volumes_and_secrets_that_are_named_are_there() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        assert set(service.get("networks", ())) <= set(COMPOSE["networks"])
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert "back" not in services["proxy"]["networks"], "the proxy does not reach the database"


def test_no_secret_is_in_the_files() -> None:
    for path in DEPLOY.iterdir():
        assert not re.search(r"(?i)(password|secret_key|token)\s*[:=]\s*[^/\s{\[]", path.read_text(encoding="utf-8")), (
            path
        )
    assert {"secrets/", ".env"} <= set(text_of(".gitignore").split())


def test_the_image_runs_what_is_pinned_and_not_as_root() -> None:
    text = text_of("Dockerfile")
    assert all("--require-hashes" in line for line in text.splitlines() if " -r " in line)
    assert re.search(r"^USER tenring$", text, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)
    assert text.rstrip().splitlines()[-1].startswith("CMD")


def test_the_proxy_takes_what_the_application_takes() -> None:
    found = re.search(r"client_max_body_size (\d+)m;", text_of("nginx.conf.template"))
    assert found is not None
    assert int(found[1]) * 1024**2 > Settings().max_upload_bytes + 1024**2


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_one_that_systemd_reads(tmp_path: Path) -> None:
    unit = tmp_path / "tenring.service"
    unit.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text_of("tenring.service")), encoding="utf-8")
    words = ["systemd-analyze", "verify", str(unit)]
    said = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - of the user's path
    assert "tenring.service" not in said.stderr


# the topology: proxy, two processes of pages, worker, PostgreSQL


@dataclass(frozen=True)
class Site:
    """The site as a visitor reaches it, and the processes behind the proxy."""

    address: str
    plain: str
    certificate: Certificate
    behind: tuple[str, ...]
    log: Path

    def visitor(self) -> httpx.Client:
        sent = {"Referer": "https://localhost/"}  # the proxy passes the name on without the port of the test
        return httpx.Client(base_url=self.address, verify=self.certificate.tls, headers=sent, timeout=_PATIENCE)

    def figures(self) -> list[str]:
        """Of each process behind the proxy."""
        return [httpx.get(f"{address}/metrics", timeout=_PATIENCE).text for address in self.behind]

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line[:1] == "{"]


@pytest.fixture(scope="module")
def site(home: Settings, postgresql: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """What compose.yml starts, started here."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(home.snapshots, folder / "home" / "snapshots", copy_function=os.link)
    machine = Machine(folder / "home", postgresql.new_database(), {
        "TENRING_HOSTS": "localhost", "TENRING_HTTPS": "1", "TENRING_METRICS": "1", "TENRING_LOG_FORMAT": "json",
    })  # fmt: skip
    machine.tenring("migrate")
    with ExitStack() as stack, (folder / "log").open("w", encoding="utf-8") as log:
        words = ("-m", "tenring", "serve", "--no-migrate", "--no-worker", "--no-browser", "--port", "0")
        pages = [stack.enter_context(running(machine, log, *words)) for _ in range(2)]
        stack.enter_context(running(machine, log, "-m", "tenring", "worker", "--no-migrate"))
        behind = tuple(address_of(one) for one in pages)
        own = certificate(folder, "localhost")
        ports = stack.enter_context(proxied(nginx, folder, behind, own))
        yield Site(f"https://localhost:{ports[1]}", f"http://localhost:{ports[0]}", own, behind, folder / "log")


@contextmanager
def running(machine: Machine, log: Any, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = machine.started(*words, log=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)
        assert process.stdout is not None
        process.stdout.close()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    found = re.search(r"http://localhost:\d+", process.stdout.readline())
    assert found is not None
    return found[0]


@contextmanager
def proxied(nginx: str, folder: Path, behind: tuple[str, ...], own: Certificate) -> Iterator[tuple[int, int]]:
    """The proxy with the configuration of deploy/, but for its ports and its name."""
    ports = free_port(), free_port()
    upstream = ";\n    server ".join(address.removeprefix("http://") for address in behind)
    text = text_of("nginx.conf.template")
    filled = {"TENRING_UPSTREAM": upstream, "TENRING_SITE": "localhost", "TENRING_CERTIFICATES": str(folder)}
    for name, value in filled.items():
        text = text.replace(f"${{{name}}}", value)
    text = text.replace("listen 80;", f"listen {ports[0]};").replace("listen 443 ssl;", f"listen {ports[1]} ssl;")
    for name in ("tls.crt", "tls.key"):
        shutil.copy(own.file, folder / name)
    temp = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/nginx.log; events {{}} http {{ {temp} {text} }}",
        encoding="utf-8",
    )
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL)  # noqa: S603 - found above
    try:
        wait_for(ports[1])
        yield ports
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    message = f"nothing listens on {port}"
    raise AssertionError(message)


def test_a_visitor_gets_pages_by_https_and_is_ready_to_be_served(site: Site) -> None:
    with site.visitor() as visitor:
        assert visitor.get("/readyz").json()["ready"] is True
        page = visitor.get("/search?q=paper")
        assert page.status_code == 200
        assert "max-age" in page.headers["Strict-Transport-Security"], "it knows that it is reached by HTTPS"
        assert httpx.get(f"{site.plain}/search", timeout=_PATIENCE).headers["Location"] == "https://localhost/search"


def test_a_request_has_one_id_in_the_answer_and_in_the_log(site: Site) -> None:
    with site.visitor() as visitor:
        id_ = visitor.get("/categories/?x=nobodys-business").headers["X-Request-ID"]
    (line,) = [event for event in site.events() if event.get("request_id") == id_]
    assert (line["event"], line["route"], line["status"]) == ("request", "categories", 200)
    assert "nobodys-business" not in site.log.read_text(encoding="utf-8")


def test_figures_are_for_those_behind_the_proxy(site: Site) -> None:
    with site.visitor() as visitor:
        assert visitor.get("/metrics").status_code == 404
    assert all("tenring_build_info" in figures for figures in site.figures())
    sent = {"X-Forwarded-For": "192.0.2.7"}
    through = httpx.get(f"{site.behind[0]}/metrics", headers=sent, timeout=_PATIENCE)
    assert through.status_code == 404, "whoever comes through a proxy, even another one"


def test_a_file_goes_in_by_any_process_and_is_read_by_the_worker(site: Site) -> None:
    with site.visitor() as visitor:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', visitor.get("/screen/").text)
        assert token is not None
        sent = visitor.post(
            "/screen/",
            data={"csrfmiddlewaretoken": token[1], "economy": "CN", "on": "2026-06-01", "date_order": ""},
            files={"file": ("采购.csv", b"date,description\n2026-03-01,copy paper\n")},
        )
        assert sent.status_code == 302, sent.text
        jobs = 'tenring_jobs{kind="procurement.read",outcome="successful"} 1.0'
        for _ in range(300):
            if jobs in site.figures()[0]:
                break
            time.sleep(0.2)
        assert all(jobs in figures for figures in site.figures()), "both see one queue"
        pages = [visitor.get(sent.headers["Location"]) for _ in range(4)]
        assert all("采购.csv" in page.text for page in pages), "both read one home"
    ended = [event for event in site.events() if event["event"] == "job ended"]
    assert [(event["kind"], event["outcome"]) for event in ended] == [("procurement.read", "successful")]
    assert all('route="screening"' in figures for figures in site.figures()), "both answered"
