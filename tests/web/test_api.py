from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import jsonschema_rs
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from tenring import language
from tenring.__main__ import tenring
from tenring.exceptions import UnusableInputError
from tenring.register.build import build
from tenring.screening.read.options import ReadOptions
from tenring.settings import Settings
from tenring.web.api import access, actions
from tenring.web.api import webhooks as webhook_examples
from tenring.web.api.jobs import EXAMPLE_ID
from tenring.web.api.models import ApiKey, KeyedScreening, KeyEvent
from tenring.web.api.operations import OPERATIONS
from tenring.web.api.problems import MEDIA_TYPE
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import tenring_settings
from tenring.web.procurement import tasks
from tenring.web.procurement.actions import Given, keep
from tenring.web.procurement.models import Screening
from tenring.web.webhooks import secret
from tenring.web.webhooks.models import Delivery, DeliveryState, Endpoint, Message

pytestmark = pytest.mark.django_db

ALL = tuple(Scope)
AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
CSV = "date,description,brand,model\n2026-02-17,Copy paper A4,Aldrune,AL201\n"
LINE = {"date": "2026-02-17", "description": "Copy paper A4, 80 gsm", "brand": "Aldrune", "model": "AL201"}


@pytest.fixture(autouse=True)
def _own_uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    """Uploads and dumps go to a folder of the test, limits begin anew, work is done at once."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    access.limiter.__init__()  # type: ignore[misc]
    with override_settings(TENRING=replace(home, home=tmp_path), TASKS=AT_ONCE):
        yield


@pytest.fixture(scope="session")
def document(home: Settings) -> dict[str, Any]:
    with override_settings(TENRING=home):
        return dict(Client().get("/api/v1/openapi.json").json())


def a_key(*scopes: Scope, **fields: Any) -> tuple[ApiKey, str]:
    return actions.new_key("a test", scopes, who="tester", **fields)


def client(text: str | None = None, **headers: str) -> Client:
    own = {"authorization": f"Bearer {text}"} if text else {}
    return Client(headers={"accept-language": "en", **own, **headers}, raise_request_exception=False)


def post(browser: Client, path: str, body: object) -> Any:
    return browser.generic("POST", f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def get(path: str, browser: Client | None = None, **asked: object) -> Any:
    return (browser or client()).get(f"/api/v1/{path}", asked)


def content_of(answer: Any) -> bytes:
    """All of a file that is sent piece by piece; the client closes it at its end, and leaves the database open."""
    return b"".join(answer.streaming_content)


def command(*words: str) -> Result:
    return CliRunner().invoke(tenring, [*words, "--json"], obj=None, env={"TENRING_HOME": str(tenring_settings().home)})


def is_problem(answer: Any, status: int) -> Mapping[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["detail"]
    return told


# the document and its examples


def an_example(name: str, document: Mapping[str, Any], key: str | None) -> Any:
    """Send the example of an operation as the document has it."""
    path, method, details = next(
        (path, method, details)
        for path, methods in document["paths"].items()
        for method, details in methods.items()
        if details["operationId"] == name
    )
    asked = {}
    for parameter in details.get("parameters", ()):
        if "example" in parameter and parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(parameter["example"], safe=""))
        elif "example" in parameter:
            asked[parameter["name"]] = parameter["example"]
    media, body = next(
        ((media, one["example"]) for media, one in details.get("requestBody", {}).get("content", {}).items()
         if "example" in one), ("application/json", None))  # fmt: skip
    address = f"{path}?{urlencode(asked)}" if asked else path
    if media == "multipart/form-data":
        file = SimpleUploadedFile("purchases.csv", body["file"].encode())
        return client(key).post(address, {**body, "file": file})
    content = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    answer = client(key).generic(method.upper(), address, content, content_type=media)
    answer.close()
    return answer


def the_example_job(key: ApiKey, name: str) -> None:
    """The job that examples ask for, in the state in which the example makes sense."""
    file = SimpleUploadedFile("purchases.csv", CSV.encode())
    kept = keep(file, Given("CN", date(2026, 6, 1), ReadOptions()), owner=None)
    old = kept.folder
    kept.delete()
    kept.id = EXAMPLE_ID  # type: ignore[assignment]
    kept = Screening(**{field.attname: getattr(kept, field.attname) for field in Screening._meta.fields})  # noqa: SLF001
    kept.save(force_insert=True)
    kept.refresh_from_db()
    old.rename(kept.folder)
    KeyedScreening.objects.create(screening=kept, key=key)
    if name != "cancel_job":
        tasks.read.enqueue(str(kept.id))
    if name == "job_file":
        kept.refresh_from_db()
        tasks_screen(kept)


def the_example_webhook(key: ApiKey) -> None:
    """The webhook that examples ask for, with a message that was given up."""
    id_ = UUID(webhook_examples.EXAMPLE_ID)
    sealed = secret.sealed(secret.new(), id_)
    one = Endpoint.objects.create(
        id=id_, key=key, address="https://hooks.invalid/", events=["register.published"], secret=sealed
    )
    message = Message.objects.create(id="msg_example", type="register.published", body="{}")
    Delivery.objects.create(
        id=UUID(webhook_examples.EXAMPLE_DELIVERY), endpoint=one, message=message, state=DeliveryState.GIVEN_UP
    )


def tasks_screen(kept: Screening) -> None:
    from tenring.web.procurement.actions import screen  # noqa: PLC0415 - only here

    screen(kept)


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_the_example_of_every_endpoint_runs_and_answers_as_documented(name: str, document: dict[str, Any]) -> None:
    key, text = a_key(*ALL)
    if "/jobs/{id}" in OPERATIONS[name].path:
        the_example_job(key, name)
    if "/webhooks/{id}" in OPERATIONS[name].path:
        the_example_webhook(key)
    answer = an_example(name, document, text)
    assert answer.status_code == OPERATIONS[name].status, answer.content
    if OPERATIONS[name].returns is None:
        return
    details = next(one for ways in document["paths"].values() for one in ways.values() if one["operationId"] == name)
    schema = details["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    jsonschema_rs.validate({**schema, "components": document["components"]}, answer.json())


def test_the_document_is_openapi_3_1_and_kept_by_its_tag(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert set(OPERATIONS) == {one["operationId"] for ways in document["paths"].values() for one in ways.values()}
    tag = client().get("/api/v1/openapi.json").headers["ETag"]
    assert client(**{"if-none-match": tag}).get("/api/v1/openapi.json").status_code == 304


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_the_page_that_explains_it_loads_nothing_from_elsewhere(tag: str) -> None:
    page = get("docs", lang=tag).content.decode()
    assert not re.findall(r'(?:src|<link[^>]*href)="https?://', page)
    assert all(f'id="{name}"' in page for name in OPERATIONS)
    assert ("编程接口" in page) is (tag == "zh")


# no second path to an answer


def test_the_answers_are_those_of_the_commands() -> None:
    pairs = [
        (get("criteria"), command("criteria", "list")),
        (get("criteria/eu-ecolabel/furniture", on="2018-05-01"),
         command("criteria", "show", "eu-ecolabel/furniture", "--on", "2018-05-01")),
        (get("resolve", what="02900000200265", on="2026-06-01"),
         command("resolve", "02900000200265", "--on", "2026-06-01")),
    ]  # fmt: skip
    for answer, told in pairs:
        assert answer.json() == json.loads(told.stdout)


def test_comparing_says_what_the_command_says() -> None:
    answer = get("compare", first="blue-angel/furniture", second="eu-ecolabel/furniture", on="2018-05-01").json()
    told = command("compare", "blue-angel/furniture", "eu-ecolabel/furniture", "--on", "2018-05-01")
    # products that show a relation are examples: the solver may find another one each time
    witness = {"witness", "reverse_witness"}
    shown = [
        {name: part for name, part in one.items() if name not in witness} for one in (answer, json.loads(told.stdout))
    ]
    relations = [[clause["relation"] for clause in one.pop("clauses")] for one in shown]
    assert relations[0] == relations[1]
    assert shown[0]["relation"] == shown[1]["relation"]
    assert shown[0]["follows"] == shown[1]["follows"]


def test_search_finds_what_the_command_finds() -> None:
    answer = get("search", q="copy paper", on="2026-03-01").json()
    told = json.loads(command("search", "copy paper", "--on", "2026-03-01").stdout)
    assert answer["total"] == told["total"]
    assert answer["hits"] == told["hits"]


def test_judging_evidence_is_what_the_command_does_with_a_file(tmp_path: Path) -> None:
    product = {"product": {"name": "a desk"}, "given": {"formaldehyde_emission": "0.05 mg/m3"}}
    file = tmp_path / "product.yml"
    file.write_text(json.dumps(product), encoding="utf-8")
    asked = {"criteria": "eu-ecolabel/furniture", "on": "2018-05-01", "product": product}
    answer = post(client(), "judge", asked)
    told = command("judge", str(file), "--criteria", "eu-ecolabel/furniture", "--on", "2018-05-01")
    assert answer.status_code == 200, answer.content
    assert answer.json() == json.loads(told.stdout)


def test_screening_lines_gives_what_screening_a_file_of_them_gives(tmp_path: Path) -> None:
    _, text = a_key(Scope.MATCH)
    lines = {
        "b": LINE,
        "a": {"description": "Büroschrank", "date": "2025-01-02"},
        "c": {"model": "NO-SUCH-1", "date": "2026-01-05"},
    }
    answer = post(client(text), "screen", {"lines": lines, "economy": "CN", "on": "2026-06-01"}).json()
    assert list(answer["items"]) == ["b", "a", "c"]
    file = tmp_path / "lines.csv"
    rows = [
        ",".join(f'"{line.get(name, "")}"' for name in ("date", "description", "brand", "model"))
        for line in lines.values()
    ]
    file.write_text("\n".join(["date,description,brand,model", *rows]), encoding="utf-8")
    told = command("screen", str(file), "--economy", "CN", "--on", "2026-06-01", "--out", str(tmp_path / "out"))
    assert told.exit_code == 0, told.output
    table = pq.read_table(tmp_path / "out" / "lines.parquet").sort_by("row").to_pylist()
    for name in ("verdict", "category", "licence_id", "score", "obligation", "explanation"):
        assert [one["answer"][name] for one in answer["items"].values()] == [row[name] for row in table], name
    assert answer["items"]["b"]["query"]["model"] == "AL201"
    assert answer["as_of"] == "2026-06-01"
    assert answer["matcher"]
    assert answer["register_snapshot"]


def test_a_match_says_which_licence_how_sure_and_by_which_features(home: Settings) -> None:
    _, text = a_key(Scope.MATCH)
    number = pq.read_table(next(home.snapshots.glob("2*")) / "licences.parquet")["number"][0].as_py()
    answer = post(client(text), "match", {"lines": {"x": {"description": "anything", "certificate": number}}}).json()
    first = answer["items"]["x"]["candidates"][0]
    assert first["number"] == number
    assert first["sure"] is (first["score"] >= answer["threshold"])
    assert first["features"]


def test_a_line_that_cannot_be_read_is_told_and_the_others_are_answered() -> None:
    _, text = a_key(Scope.MATCH)
    lines = {"empty": {}, "good": LINE}
    items = post(client(text), "screen", {"lines": lines, "on": "2026-06-01"}).json()["items"]
    assert items["good"]["answer"]["verdict"]
    assert items["empty"]["answer"] is None


# conditional requests and pages


def test_who_has_the_newest_answer_is_told_so_in_each_language_by_itself() -> None:
    first = get("search", q="paper")
    tag = first.headers["ETag"]
    again = get("search", client(**{"if-none-match": f'"other", W/{tag}'}), q="paper")
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert get("search", client(**{"if-none-match": tag}), q="paint").status_code == 200
    chinese = client(**{"if-none-match": tag, "accept-language": "zh"})
    assert get("search", chinese, q="paper").status_code == 200


def test_pages_hold_every_licence_once() -> None:
    seen: list[str] = []
    asked: dict[str, object] = {"category": "copy-paper", "limit": 17}
    page = get("search", **asked).json()
    while True:
        seen += [hit["licence_id"] for hit in page["hits"]]
        if page["next"] is None:
            break
        page = get("search", **asked, cursor=page["next"]).json()
    assert len(seen) == len(set(seen)) == page["total"]


def test_a_cursor_goes_on_in_its_snapshot_whatever_is_published_meanwhile(home: Settings, tmp_path: Path) -> None:
    own = replace(home, home=tmp_path / "own")
    first = build(own, source=own.samples / "registers", only=(), on=None).snapshot
    with override_settings(TENRING=own):
        page = get("search", limit=5).json()
        second = build(own, source=own.samples / "registers", only=(), on=None).snapshot
        assert first.name != second.name
        rest = get("search", limit=5, cursor=page["next"]).json()
        assert rest["snapshot"] == page["snapshot"] == first.name
        first.folder.rename(tmp_path / "gone")
        is_problem(get("search", limit=5, cursor=page["next"]), 410)


def test_a_cursor_of_another_question_or_of_nobody_is_refused() -> None:
    cursor = get("search", q="paper", limit=2).json()["next"]
    assert "another question" in is_problem(get("search", q="paint", limit=2, cursor=cursor), 400)["what"]
    is_problem(get("search", q="paper", limit=2, cursor=cursor[:-1]), 400)


# errors


def test_every_error_is_a_problem_that_says_what_where_and_what_to_do() -> None:
    _, text = a_key(*ALL)
    told = is_problem(get("search", on="yesterday"), 422)
    assert told["where"] == "query.asked.on" or "on" in told["where"]
    is_problem(get("licences/none"), 404)
    is_problem(get("nothing/of/the/kind"), 404)
    assert "GET" in client().delete("/api/v1/search").headers["Allow"]
    is_problem(client().delete("/api/v1/search"), 405)
    is_problem(post(client(text), "screen", {"lines": {"a": LINE}, "economy": "ATLANTIS"}), 400)
    is_problem(client(text).generic("POST", "/api/v1/screen", "{", content_type="application/json"), 400)
    is_problem(post(client(), "judge", {"criteria": "none/such", "product": {}}), 400)
    is_problem(client().post("/api/v1/verify", b"", content_type="text/plain"), 400)
    is_problem(client(host="elsewhere.example").get("/api/v1/search"), 400)


def test_what_is_too_large_is_refused_before_it_is_worked_on() -> None:
    _, text = a_key(Scope.MATCH)
    with override_settings(TENRING=replace(tenring_settings(), api_lines=1)):
        told = is_problem(post(client(text), "match", {"lines": {"a": LINE, "b": LINE}}), 413)
        assert told["where"] == "body.lines"
    with override_settings(TENRING=replace(tenring_settings(), api_bytes=10)):
        is_problem(post(client(text), "match", {"lines": {"a": LINE}}), 413)


def test_without_a_snapshot_the_answer_is_come_again(home: Settings, tmp_path: Path) -> None:
    with override_settings(TENRING=replace(home, home=tmp_path / "empty")):
        assert is_problem(get("search"), 503)


def test_a_failure_of_ours_is_a_problem_without_its_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        message = "secret inside"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("tenring.web.api.rulebook.entry", broken)
    assert "secret" not in json.dumps(is_problem(get("criteria"), 500))


# keys


@pytest.mark.parametrize("name", list(OPERATIONS))
@pytest.mark.parametrize("who", ["nobody", "a key without scopes", *Scope, "a revoked key"])
def test_who_may_what_is_the_table_of_the_documentation(who: str, name: str, document: dict[str, Any]) -> None:
    operation = OPERATIONS[name]
    table = permissions()
    expected = table[f"{operation.method} {operation.path.replace('{path:', '{')}"][who]
    _, text = a_key(*([Scope(who)] if who in set(Scope) else []))
    if who == "a revoked key":
        actions.revoke(str(ApiKey.objects.get().id), who="tester")
    answer = an_example(name, document, None if who == "nobody" else text)
    refused = answer.status_code if answer.status_code in {401, 403} else "yes"
    assert str(refused) == expected


def permissions() -> dict[str, dict[str, str]]:
    """The table in docs/reference/api.md: endpoint -> who -> yes, 401 or 403."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    start = next(number for number, row in enumerate(rows) if row[0] == "endpoint")
    head = rows[start]
    found = {}
    for row in rows[start + 1 :]:
        if len(row) != len(head):
            break
        found[row[0]] = dict(zip(head[1:], row[1:], strict=True))
    return found


def test_the_table_of_permissions_has_every_endpoint() -> None:
    assert set(permissions()) == {f"{one.method} {one.path.replace('{path:', '{')}" for one in OPERATIONS.values()}


def test_a_key_is_kept_as_a_hash_and_every_change_is_logged() -> None:
    key, text = a_key(Scope.JOBS)
    assert text not in repr(list(ApiKey.objects.values()))
    assert key.digest == hashlib.sha256(text.encode()).hexdigest()
    actions.revoke(str(key.id), who="somebody else")
    assert list(KeyEvent.objects.values_list("what", "who")) == [("made", "tester"), ("revoked", "somebody else")]
    with pytest.raises(UnusableInputError, match="revoked before"):
        actions.revoke(str(key.id), who="tester")
    with pytest.raises(UnusableInputError, match="there is no key"):
        actions.revoke("nothing", who="tester")
    with pytest.raises(UnusableInputError, match="needs a name"):
        actions.new_key(" ", (), who="tester")


def test_a_key_that_has_expired_opens_nothing() -> None:
    _, text = a_key(Scope.JOBS, expires_at=timezone.now() - timedelta(seconds=1))
    assert "WWW-Authenticate" in get("jobs", client(text)).headers
    is_problem(get("search", client(text)), 401)


def test_more_requests_in_a_minute_than_allowed_are_refused_for_everybody_by_themselves() -> None:
    _, text = a_key()
    with override_settings(TENRING=replace(tenring_settings(), api_rate=2, api_rate_key=3)):
        assert [get("economies").status_code for _ in range(3)] == [200, 200, 429]
        assert [get("economies", client(text)).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = get("economies")
        assert 0 < int(refused.headers["Retry-After"]) <= 60
    counted = access.Limiter()
    assert [counted.take("a", 1, 60.0), counted.take("a", 1, 61.0), counted.take("a", 1, 120.0)] == [0, -1, 0]


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_says() -> None:
    with override_settings(TENRING=replace(tenring_settings(), api_rate=1, https=True)):
        secure = {"x-forwarded-proto": "https"}
        codes = [
            get("economies", client(**secure, **{"x-forwarded-for": f"6.6.6.6, {address}"})).status_code
            for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")
        ]
    assert codes == [200, 200, 429]


def test_keys_are_made_listed_and_revoked_by_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenring.web.serve.prepare", lambda _: None)
    made = json.loads(command("api-key", "new", "webshop", "--scope", "match", "--until", "2999-01-01").stdout)
    assert post(client(made["key"]), "match", {"lines": {"a": LINE}}).status_code == 200
    (listed,) = json.loads(command("api-key", "list").stdout)
    assert (listed["name"], listed["scopes"], listed["is_live"]) == ("webshop", ["match"], True)
    assert made["key"] not in json.dumps(listed)
    assert command("api-key", "revoke", made["id"]).exit_code == 0
    assert command("api-key", "revoke", made["id"]).exit_code == 2
    is_problem(post(client(made["key"]), "match", {"lines": {"a": LINE}}), 401)
    shown = CliRunner().invoke(tenring, ["api-key", "list"])
    assert "webshop" in shown.output


# jobs


def test_a_job_goes_from_file_to_result_and_every_step_is_logged() -> None:
    key, text = a_key(Scope.JOBS)
    own = client(text)
    sent = own.post(
        "/api/v1/jobs", {"file": SimpleUploadedFile("p.csv", CSV.encode()), "economy": "cn", "on": "2026-06-01"}
    )
    assert sent.status_code == 202, sent.content
    assert sent.json()["state"] == "understood"
    assert sent.json()["understood"]["lines"] == 1
    where = sent.headers["Location"]
    done = own.post(f"{where}/start").json()
    assert done["state"] == "done"
    assert "lines.csv" in done["files"]
    answer = own.get(f"{where}/files/lines.csv")
    assert b"AL201" in content_of(answer)
    signed = done["addresses"]["lines.csv"]
    assert signed.startswith("http://testserver/files/")
    assert b"AL201" in content_of(client().get(signed.removeprefix("http://testserver")))
    assert [one["id"] for one in own.get("/api/v1/jobs").json()] == [done["id"]]
    is_problem(own.post(f"{where}/start"), 400)
    is_problem(own.get(f"{where}/files/settings.py"), 404)
    assert own.delete(where).status_code == 204
    is_problem(own.get(where), 404)
    assert client().get(signed.removeprefix("http://testserver")).status_code == 404
    assert [one.what for one in key.events.all()] == ["made", "job sent", "job started", "job removed"]


def test_the_job_of_another_key_does_not_exist() -> None:
    (_, mine), (_, other) = a_key(Scope.JOBS), a_key(Scope.JOBS)
    sent = client(mine).post("/api/v1/jobs", {"file": SimpleUploadedFile("p.csv", CSV.encode())})
    where = sent.headers["Location"]
    for answer in (
        client(other).get(where), client(other).post(f"{where}/start"), client(other).post(f"{where}/cancel"),
        client(other).delete(where), client(other).get(f"{where}/files/lines.csv"),
    ):  # fmt: skip
        is_problem(answer, 404)
    assert client(other).get("/api/v1/jobs").json() == []
    assert Client().get(f"/screen/{sent.json()['id']}/").status_code == 404


# dumps


def test_every_file_of_a_dump_has_the_checksum_that_is_said() -> None:
    (dump, *_) = get("dumps").json()
    for file in dump["files"]:
        content = content_of(get(f"dumps/{dump['snapshot']}/{file['name']}"))
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    is_problem(get("dumps/latest/rejected.parquet"), 404)
    is_problem(get("dumps/..%2F../manifest.json"), 404)


def test_the_delta_makes_the_older_snapshot_into_the_newer(home: Settings, tmp_path: Path) -> None:
    source = tmp_path / "source"
    samples = home.samples / "registers"
    import shutil  # noqa: PLC0415 - only here

    shutil.copytree(samples, source)
    own = replace(home, home=tmp_path / "own")
    first = build(own, source=source, only=(), on=None).snapshot
    second = build(own, source=source, only=(), on=date(2030, 1, 1)).snapshot
    with override_settings(TENRING=own):
        (newest, oldest) = get("dumps").json()
        assert (newest["since"], oldest["since"]) == (first.name, None)
        lines = content_of(get(f"dumps/{second.name}/delta.ndjson")).splitlines()
    changes = [json.loads(line) for line in lines]
    for table in ("licences", "statuses"):
        without = {"last_read", "source_file", "source_row"}
        old, new = (rows_of(one.table(table), without) for one in (first, second))
        for change in changes:
            if change["table"] == table:
                row = json.dumps(change["row"], sort_keys=True)
                if change["change"] == "removed":
                    old.remove(row)
                else:
                    old.append(row)
        assert sorted(old) == sorted(new)


def rows_of(path: Path, without: set[str]) -> list[str]:
    from tenring.model.plain import plain  # noqa: PLC0415 - only here

    rows = pq.read_table(path).to_pylist()
    kept = [{name: value for name, value in row.items() if name not in without} for row in rows]
    return [json.dumps(row, sort_keys=True, default=plain) for row in kept]


def test_the_language_is_the_one_asked_for() -> None:
    told = get("licences/none", client(**{"accept-language": "zh-CN"})).json()
    assert "没有" in told["what"]
    language.use("en")
