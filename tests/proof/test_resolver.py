"""An identity resolver leads from a product to its certificates, passport and criteria, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.certificates import published, token
from proof.licences import issuing
from tenring.catalogue import Catalogue
from tenring.exceptions import MalformedError, UnusableInputError
from tenring.language import use
from tenring.proof.digital_link import DigitalLink
from tenring.proof.resolver import Asked, Found, Link, Request, Resolver, read_address
from tenring.proof.resolver.asked import Gtin, Licence, Product
from tenring.proof.resolver.issued import IssuedLinks
from tenring.proof.resolver.links import (
    CERTIFICATION,
    CREDENTIAL,
    CRITERIA,
    DEFAULT,
    JWT,
    OLDER,
    PASSPORT,
    Related,
)
from tenring.proof.resolver.noted import NotedLinks
from tenring.proof.resolver.register import RegisterLinks, licences_of
from tenring.proof.strict import JsonObject
from tenring.register.build import build
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings

ON = date(2026, 11, 28)
BASE = "https://id.label.example"
GTIN = "09506000134352"


@dataclass(frozen=True)
class Known:
    """Links of one product."""

    known: tuple[Related, ...]
    gtin: str = GTIN

    def links(self, asked: Asked, on: date) -> Iterable[Related]:  # noqa: ARG002 - no days here
        return self.known if asked.path == f"/01/{self.gtin}" else ()


CERTIFICATE_EN = (CREDENTIAL, Link("https://a.example/1", "Certificate", JWT, ("en",)))
CERTIFICATE_ZH = (CREDENTIAL, Link("https://a.example/2", "证书", JWT, ("zh",)))
PASSPORT_HTML = (PASSPORT, Link("https://p.example/1", "Passport", "text/html", ("en", "zh")))
PAGE = (CERTIFICATION, Link("https://r.example/1?a=b#c", "Licence", "text/html", ("en",)))


def resolver(*related: Related) -> Resolver:
    return Resolver(BASE, (Known(related),))


def ask(path: str, query: str = "", **more: str) -> Any:
    return resolver(CERTIFICATE_EN, CERTIFICATE_ZH, PASSPORT_HTML).answer(Request(path, query, **more), ON)


# what is asked for


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("9506000134352", Gtin(DigitalLink(GTIN))),
        (f"{BASE}/01/{GTIN}", Gtin(DigitalLink(GTIN))),
        (f"/01/{GTIN}", Gtin(DigitalLink(GTIN))),
        (f"{BASE}/licence/energy-star/ES%2F1", Licence("energy-star", "ES/1")),
        ("/product/Haier/BCD-201%2F5/", Product("Haier", "BCD-201/5")),
        ("/product/海尔/BCD", Product("海尔", "BCD")),
    ],
)
def test_a_product_or_licence_is_asked_for_by_gtin_address_or_path(text: str, thing: Asked) -> None:
    assert read_address(text) == thing


@pytest.mark.parametrize("text", ["", "x", "/x", "9506000134353", "/licence/a/%00", "/product/a/%ff", "/licence/a/ "])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        read_address(text)


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_path_of_a_product_or_licence_leads_back_to_it(first: str, second: str) -> None:
    for thing in (Product(first, second), Licence(first, second)):
        try:
            path = thing.path
        except UnicodeEncodeError:  # half a character has no path
            continue
        try:
            assert read_address(path) == thing
        except MalformedError:
            assert not (first.strip() and second.strip() and first.isprintable() and second.isprintable())


# answers


def test_all_links_are_a_linkset_with_the_product_as_anchor() -> None:
    answer = ask(f"/01/{GTIN}", "linkType=linkset")
    assert (answer.status, dict(answer.headers)["Content-Type"]) == (200, "application/linkset+json")
    (context,) = json.loads(answer.body)["linkset"]
    assert context["anchor"] == f"{BASE}/01/{GTIN}"
    assert [one["href"] for one in context["dcc"]] == ["https://a.example/1", "https://a.example/2"]
    assert context[DEFAULT] == [{"href": "https://p.example/1", "title": "Passport"}]


@pytest.mark.parametrize(
    "accept", ["application/linkset+json", "application/json", "application/ld+json;q=0.9, text/html;q=0.8"]
)
def test_a_machine_that_accepts_linksets_gets_one(accept: str) -> None:
    assert ask(f"/01/{GTIN}", accept=accept).status == 200


def test_an_older_client_may_ask_for_all() -> None:
    assert ask(f"/01/{GTIN}", "linkType=all").status == 200


def test_a_phone_is_sent_to_the_default_link() -> None:
    answer = ask(f"/01/{GTIN}", accept="text/html,*/*")
    assert (answer.status, answer.location) == (HTTPStatus.TEMPORARY_REDIRECT, "https://p.example/1")
    assert 'rel="linkset"' in dict(answer.headers)["Link"]


def test_without_one_default_the_linkset_is_the_answer() -> None:
    answer = resolver(CERTIFICATE_EN).answer(Request(f"/01/{GTIN}"), ON)
    assert answer.status == 200
    assert DEFAULT not in json.loads(answer.body)["linkset"][0]


def test_nobody_is_sent_in_a_circle() -> None:
    circle = (CERTIFICATION, Link(f"{BASE}/01/{GTIN}", "Itself"))
    assert resolver(circle).answer(Request(f"/01/{GTIN}"), ON).status == 200


@pytest.mark.parametrize(
    ("link_type", "language", "location"),
    [
        ("dcc", "zh", "https://a.example/2"),
        ("dcc", "zh-CN,en;q=0.5", "https://a.example/2"),
        ("dcc", "fr, en;q=0.5, zh;q=0", "https://a.example/1"),
        ("certificate", "en", "https://a.example/1"),
        ("dpp", "fr", "https://p.example/1"),
        ("gs1:dpp", "", "https://p.example/1"),
        ("https://ref.gs1.org/voc/dpp", "", "https://p.example/1"),
        ("passport", "", "https://p.example/1"),
    ],
)
def test_one_relation_is_asked_for_and_found_in_the_right_language(
    link_type: str, language: str, location: str
) -> None:
    answer = ask(f"/01/{GTIN}", f"linkType={link_type}", accept_language=language)
    assert (answer.status, answer.location) == (307, f"{location}?linkType={link_type}")


def test_the_query_may_name_the_language() -> None:
    answer = ask(f"/01/{GTIN}", "linkType=dcc&language=zh", accept_language="en")
    assert str(answer.location).startswith("https://a.example/2?")


def test_the_media_type_decides_where_the_language_does_not() -> None:
    html = (CREDENTIAL, Link("https://a.example/page", "Certificate", "text/html", ("en",)))
    request = Request(f"/01/{GTIN}", "linkType=dcc", accept="application/vc+jwt")
    assert str(resolver(html, CERTIFICATE_EN).answer(request, ON).location).startswith("https://a.example/1")


def test_what_cannot_be_decided_is_left_to_the_asker() -> None:
    answer = ask(f"/01/{GTIN}", "linkType=dcc", accept_language="fr")
    assert answer.status == HTTPStatus.MULTIPLE_CHOICES
    (context,) = json.loads(answer.body)["linkset"]
    assert set(context) == {"anchor", "dcc"}


def test_a_relation_that_is_not_there_is_not_replaced_by_another() -> None:
    answer = ask(f"/01/{GTIN}", "linkType=gs1:recallStatus")
    assert (answer.status, answer.location) == (404, None)
    assert "dcc" in json.loads(answer.body)["linkset"][0]


def test_the_query_is_passed_on_before_the_fragment() -> None:
    request = Request(f"/01/{GTIN}", "linkType=gs1:certificationInfo&x=1")
    expected = "https://r.example/1?a=b&linkType=gs1:certificationInfo&x=1#c"
    assert resolver(PAGE).answer(request, ON).location == expected


def test_no_header_can_be_smuggled_in() -> None:
    answer = resolver(PAGE).answer(Request(f"/01/{GTIN}", "linkType=gs1:certificationInfo&x=\r\nSet-Cookie: a"), ON)
    assert all("\n" not in value and "\r" not in value for _, value in answer.headers)


def test_an_item_is_answered_by_what_is_known_of_its_product() -> None:
    answer = ask(f"/01/{GTIN}/21/77", "linkType=linkset")
    assert json.loads(answer.body)["linkset"][0]["anchor"] == f"{BASE}/01/{GTIN}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/01/09506000134353", 400),
        ("/gtin/9506000134352", 400),
        ("/CUqdLLQUk6AGKq1CQ", 400),
        ("/", 400),
        ("/01/02000000000428", 404),
        ("/licence/a/b", 404),
    ],
)
def test_bad_requests_and_unknown_products_are_told_apart(path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status == status
    assert json.loads(answer.body)["detail"]


def test_head_has_no_body_options_says_what_is_allowed_and_nothing_else_is_done() -> None:
    assert ask(f"/01/{GTIN}", method="HEAD").body == b""
    assert ("Allow", "GET, HEAD, OPTIONS") in ask("/", method="OPTIONS").headers
    assert ask(f"/01/{GTIN}", method="POST").status == 405


@pytest.mark.parametrize("place", ["/.well-known/resolver", "/.well-known/gs1resolver"])
def test_it_describes_itself(place: str) -> None:
    about = json.loads(ask(place).body)
    assert (about["resolverRoot"], about["supportedPrimaryKeys"]) == (BASE, ["01"])


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=60), st.text(max_size=40))
def test_any_request_gets_an_answer(path: str, query: str, accept: str, language: str) -> None:
    for place in (path, f"/01/{GTIN}"):
        answer = ask(place, query, accept=accept, accept_language=language)
        assert answer.status in {200, 300, 307, 400, 404}


# linksets


def test_a_linkset_conforms_to_the_schema_of_untp(data: Path) -> None:
    schema = json.loads((data / "untp" / "v0.7.0" / "schema" / "LinksetSchema.json").read_text(encoding="utf-8"))
    older = (CREDENTIAL, Link("https://a.example/0", "Older certificate", JWT, ("en",), (OLDER,)))
    criteria = (CRITERIA, Link("https://c.example/x", "Criteria", "text/html", ("en",)))
    content = resolver(CERTIFICATE_EN, older, PASSPORT_HTML, PAGE, criteria).linkset(Gtin(DigitalLink(GTIN)), ON)
    jsonschema_rs.validator_for(schema).validate(content)
    assert set(content["linkset"][0]) == {"anchor", CREDENTIAL, PASSPORT, CERTIFICATION, CRITERIA, DEFAULT}


def test_the_same_link_twice_is_one() -> None:
    assert len(Found.of([PAGE, PAGE]).links[CERTIFICATION]) == 1


# sources


@pytest.fixture
def issued(tmp_path: Path) -> IssuedLinks:
    older = published(validity={"from": "2024-04-20", "until": "2024-05-31"}) | {"id": "https://label.example/c/1"}
    (tmp_path / "new.jwt").write_bytes(token(based(published())))
    (tmp_path / "old.jwt").write_bytes(token(based(older)))
    (tmp_path / "nowhere.jwt").write_bytes(token(published() | {"id": "urn:uuid:1"}))
    (tmp_path / "broken.json").write_bytes(b"{")
    (tmp_path / "notes.txt").write_bytes(b"x")
    return IssuedLinks.read(tmp_path)


def based(document: JsonObject) -> JsonObject:
    """With criteria at an https address."""
    profile = {"type": ["ConformityProfile"], "id": "https://label.example/criteria/x", "name": "Criteria"}
    return document | {"credentialSubject": document["credentialSubject"] | {"referenceProfile": profile}}


@pytest.mark.parametrize(
    "asked",
    [Gtin(DigitalLink("02000000000428")), Product("Hexlowe", "hx mdf22"), Licence("tsca-title-vi", "sample-0042")],
)
def test_issued_credentials_are_found_by_gtin_model_and_number(issued: IssuedLinks, asked: Asked) -> None:
    found = Found.of(issued.links(asked, ON))
    assert {link.href: link.rel for link in found.links[CREDENTIAL]} == {
        "https://label.example/credential/SAMPLE-0042": (),
        "https://label.example/c/1": (OLDER,),
    }
    assert [link.href for link in found.links[CRITERIA]] == ["https://label.example/criteria/x"]


@pytest.mark.parametrize(
    "asked", [Gtin(DigitalLink(GTIN)), Product("Other", "HX-MDF22"), Product("Hexlowe", "HX-MDF2"), Licence("x", "1")]
)
def test_issued_credentials_of_other_things_are_not_found(issued: IssuedLinks, asked: Asked) -> None:
    assert list(issued.links(asked, ON)) == []


def test_the_newest_of_several_versions_is_the_one_that_is_sent(issued: IssuedLinks) -> None:
    answer = Resolver(BASE, (issued,)).answer(Request("/01/02000000000428", "linkType=dcc"), ON)
    assert str(answer.location).startswith("https://label.example/credential/SAMPLE-0042")


def test_files_that_are_no_published_credential_are_named(issued: IssuedLinks) -> None:
    assert issued.left_out == ("broken.json", "nowhere.jwt")


NOTES = """
- gtin: "9506000134352"
  relation: dpp
  address: https://passports.example/1
  title: Digital Product Passport
  media_type: application/vc+jwt
  languages: [en]
- {brand: Haier, model: BCD-201, relation: "gs1:instructions", address: "https://h.example/m", title: Manual}
"""


def test_links_of_ones_own_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "links.yml").write_text(NOTES, encoding="utf-8")
    noted = NotedLinks.read(tmp_path / "links.yml")
    ((relation, link),) = noted.links(Gtin(DigitalLink(GTIN)), ON)
    assert (relation, link.href) == (PASSPORT, "https://passports.example/1")
    ((relation, _),) = noted.links(Product("HAIER", "bcd201"), ON)
    assert relation == "https://ref.gs1.org/voc/instructions"
    assert noted.links(Product("Haier", "BCD-202"), ON) == ()


@pytest.mark.parametrize(
    "entry",
    [
        "- {gtin: '9506000134353', relation: dpp, address: 'https://a.example', title: x}",
        "- {gtin: '9506000134352', brand: x, relation: dpp, address: 'https://a.example', title: x}",
        "- {gtin: '9506000134352', relation: dpp, address: 'http://a.example', title: x}",
        "- {gtin: '9506000134352', relation: dpp, address: 'javascript:x', title: x}",
        "- {relation: dpp, address: 'https://a.example', title: x}",
        "- {gtin: '9506000134352', relation: 'not one', address: 'https://a.example', title: x}",
        "- {gtin: '9506000134352', relation: dpp, address: 'https://a.example', title: x, colour: y}",
        "gtin: 1",
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(tmp_path: Path, entry: str) -> None:
    (tmp_path / "links.yml").write_text(entry, encoding="utf-8")
    with pytest.raises(UnusableInputError, match=r"links\.yml"):
        NotedLinks.read(tmp_path / "links.yml")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> RegisterLinks:
    """The samples as a snapshot."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    build(settings, source=settings.samples / "registers", on=ON)
    catalogue = Catalogue(settings.catalog)
    return RegisterLinks(Snapshot.open(settings), catalogue.programmes, BASE, catalogue.brands, issuing().publication)


def some(register: RegisterLinks, query: str) -> Any:
    with register.snapshot.connect() as db:
        return db.execute(query).fetchone()


def test_the_register_finds_licences_by_gtin(register: RegisterLinks) -> None:
    gtin, licence = some(register, "SELECT gtin, licence_id FROM gtins ORDER BY ALL LIMIT 1")
    found = licences_of(register.snapshot, Gtin(DigitalLink(gtin)), ON)
    assert licence in [one.licence_id for one in found]
    assert all(one.status for one in found)


def test_the_register_finds_licences_by_number_whatever_its_signs(register: RegisterLinks) -> None:
    programme, number = some(
        register, "SELECT programme, number FROM licences WHERE number LIKE '%-%' ORDER BY ALL LIMIT 1"
    )
    (found, *_) = licences_of(register.snapshot, Licence(programme, number.replace("-", " ").lower()), ON)
    assert found.number == number
    assert licences_of(register.snapshot, Licence("no-programme", number), ON) == ()


def test_the_register_finds_licences_by_brand_and_model_through_wildcards(register: RegisterLinks) -> None:
    ready = "model LIKE '_____%*' AND brand IS NOT NULL"
    query = f"SELECT brand, model, licence_id FROM models WHERE {ready} ORDER BY ALL LIMIT 1"
    brand, model, licence = some(register, query)
    found = licences_of(register.snapshot, Product(brand, model.replace("*", "X1")), ON)
    assert licence in [one.licence_id for one in found]
    assert licences_of(register.snapshot, Product("NoSuchBrand", model.replace("*", "X1")), ON) == ()


def test_a_title_says_whose_licence_it_is_and_its_status_on_the_day(register: RegisterLinks) -> None:
    gtin, *_ = some(register, "SELECT gtin FROM gtins WHERE licence_id LIKE 'eco-mark:%' ORDER BY ALL LIMIT 1")
    links = Found.of(register.links(Gtin(DigitalLink(gtin)), ON)).links[CERTIFICATION]
    assert links[0].title.startswith("Eco Mark, licence ")
    assert links[0].title.endswith("on 2026-11-28")
    assert links[0].href.startswith(f"{BASE}/register/eco-mark/")
    use("zh")
    assert "证书 SAMPLE" in Found.of(register.links(Gtin(DigitalLink(gtin)), ON)).links[CERTIFICATION][0].title
