"""Published criteria say what the criteria say: in UNTP, in OSCAL and on pages, and no limit surer than it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from rulebook.conftest import CATALOG
from rulebook.toy import HEAD, PROPERTIES, library_of, revision_file
from tenring.catalogue import Catalogue
from tenring.exceptions import UnusableInputError
from tenring.language import current, use
from tenring.rulebook.compare.revisions import compare
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.publish import publish
from tenring.rulebook.publish.limits import limits_of
from tenring.rulebook.publish.mapping import across, pairs
from tenring.rulebook.publish.names import Publication, speaking, token
from tenring.rulebook.publish.write import OURS

DAY = date(2024, 6, 1)
BASE = "https://criteria.example.org/"
PLAIN = """
  - {id: voc, clause: "1", title: {en: VOC}, property: voc_content, at_most: 30 g/L}
"""
SEVERAL = """
  - {id: voc, clause: "1", title: {en: VOC}, property: voc_content, below: 30 g/L}
  - id: dated
    clause: "2"
    title: {en: Dated}
    property: voc_content
    at_most: {2020-01-01: 40 g/L, 2022-01-01: 10 g/L}
  - id: remembered
    clause: "3"
    title: {en: "<b>Remembered</b>"}
    property: voc_content
    at_most: 5 g/L
    mark: unverified
  - id: ways
    clause: "4"
    title: {en: Ways}
    any_of:
      - {property: voc_content, at_most: 1 g/L}
      - {property: washable, equals: "true"}
  - id: rows
    clause: "5"
    title: {en: Rows}
    property: voc_content
    at_most_by:
      rows:
        - {when: {property: paint_colour, equals: white}, limit: 20 g/L}
        - {when: {property: paint_colour, equals: tinted}, limit: 50 g/L}
"""


def toy(folder: Path, clauses: str, *, base: str = BASE, on: date = DAY) -> Publication:
    return Publication(library_of(folder, clauses), {}, on, base)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def criteria_of(folder: Path) -> dict[str, Any]:
    (profile,) = read(folder / "untp" / "toy.jsonld")["includedProfile"]
    return {one["id"].partition("#c-")[2]: one for one in profile["criterion"]}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """The whole catalogue, published once."""
    out = tmp_path_factory.mktemp("published") / "site"
    publish(Publication(library, Catalogue(CATALOG).programmes, DAY), out, compare)
    return out


@pytest.fixture(scope="module")
def schemes(site: Path) -> list[Any]:
    found = [read(path) for path in sorted((site / "untp").glob("*.jsonld"))]
    return [one for one in found if one.get("type") == ["ConformityScheme"]]


@pytest.fixture(scope="module")
def catalogs(site: Path) -> list[Any]:
    return [read(path)["catalog"] for path in sorted((site / "oscal").rglob("*.json"))]


# UNTP


def test_the_vocabulary_keeps_the_schema_of_untp(schemes: list[Any], data: Path) -> None:
    path = data / "untp" / "v0.7.0" / "schema" / "ConformityScheme.reconstructed.json"
    if not path.is_file():
        pytest.skip(f"the schema of UNTP is not present: no file {path}")
    validator = Draft202012Validator(read(path), format_checker=FormatChecker())
    assert [error.message for scheme in schemes for error in validator.iter_errors(scheme)] == []


def test_every_term_is_defined_by_untp_or_by_our_context_so_that_json_ld_drops_nothing(
    schemes: list[Any], site: Path, data: Path
) -> None:
    path = data / "untp" / "v0.7.0" / "context" / "untp-context-0.7.0.jsonld"
    if not path.is_file():
        pytest.skip(f"the context of UNTP is not present: no file {path}")
    ours = set(read(site / "untp" / "context.jsonld")["@context"])
    used = {key for scheme in schemes for key in keys_of(scheme)}
    assert used - ours - set(keys_of(read(path))) == set()


def keys_of(value: object) -> Iterator[str]:
    """Every term used anywhere; texts by language are values and have none."""
    if isinstance(value, dict):
        if set(value) & {"en", "zh"}:
            return
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from keys_of(one)


def test_every_clause_is_a_criterion_with_names_mark_and_source(schemes: list[Any], library: Library) -> None:
    found = [c for scheme in schemes for profile in scheme["includedProfile"] for c in profile["criterion"]]
    clauses = [clause for revision in library.revisions for clause in revision.clauses]
    assert len(found) == len({one["id"] for one in found}) == len(clauses)
    marks = {(one["name"], one["tenring:source"][0]["tenring:mark"]) for one in found}
    assert marks == {(clause.titles.get("en"), clause.source.mark) for clause in clauses}
    assert all(set(one["tenring:requires"]) == {"en", "zh"} for one in found)


def test_every_limit_is_there_with_its_number_and_unit(schemes: list[Any], library: Library) -> None:
    found = [
        limit
        for scheme in schemes
        for profile in scheme["includedProfile"]
        for criterion in profile["criterion"]
        for limit in criterion.get("tenring:limit", [])
    ]
    clauses = [clause for revision in library.revisions for clause in revision.clauses]
    assert len(found) == sum(len(limits_of(clause.requires)) for clause in clauses) > 500
    assert all(limit["tenring:value"] for limit in found)


def test_a_plain_limit_is_a_measure_with_a_unit_code(tmp_path: Path) -> None:
    publish(toy(tmp_path, PLAIN), tmp_path / "out")
    (performance,) = criteria_of(tmp_path / "out")["voc"]["requiredPerformance"]
    assert performance["measure"] == {"value": 30, "unit": "GL"}
    assert performance["metric"]["id"] == f"{BASE}property/voc_content"


@pytest.mark.parametrize("clause", ["voc", "dated", "remembered", "ways", "rows"])
def test_a_number_that_is_strict_dated_unverified_or_one_of_several_is_no_measure(tmp_path: Path, clause: str) -> None:
    publish(toy(tmp_path, SEVERAL), tmp_path / "out")
    criterion = criteria_of(tmp_path / "out")[clause]
    assert [one for one in criterion["requiredPerformance"] if "measure" in one] == []
    assert criterion["tenring:limit"], "the number still stands there, with what it depends on"


def test_a_limit_says_what_it_depends_on(tmp_path: Path) -> None:
    publish(toy(tmp_path, SEVERAL), tmp_path / "out")
    found = {name: one["tenring:limit"] for name, one in criteria_of(tmp_path / "out").items()}
    assert [(one["tenring:value"], one["tenring:since"]) for one in found["dated"]] == [
        ("40", "2020-01-01"),
        ("10", "2022-01-01"),
    ]
    assert [one["tenring:binds"] for one in found["voc"] + found["ways"]] == [True, False]
    assert [one["tenring:case"] for one in found["rows"]] == ["colour = white", "colour = tinted"]
    assert found["voc"][0]["tenring:operator"] == "<"


@pytest.mark.parametrize(("on", "status"), [(date(2019, 1, 1), "proposed"), (DAY, "active")])
def test_the_status_is_that_of_the_day(tmp_path: Path, on: date, status: str) -> None:
    publish(toy(tmp_path, PLAIN, on=on), tmp_path / "out")
    assert criteria_of(tmp_path / "out")["voc"]["status"] == status


def test_a_superseded_revision_is_deprecated(schemes: list[Any]) -> None:
    profiles = [profile for scheme in schemes for profile in scheme["includedProfile"]]
    active = [one["id"].rsplit("/", 1)[0] for one in profiles if one["status"] == "active"]
    assert len(active) == len(set(active)), "one revision of some criteria is in force"
    assert {one["status"] for one in profiles} >= {"active", "deprecated"}


def test_what_nobody_has_read_is_named_in_every_format(tmp_path: Path) -> None:
    clauses = PLAIN + '  - {id: gap, clause: "2", title: {en: Gap}, unread: "the limit of tins"}\n'
    publish(toy(tmp_path, clauses), tmp_path / "out")
    assert criteria_of(tmp_path / "out")["gap"]["tenring:open"] == ["the limit of tins"]
    assert "tenring:open" not in criteria_of(tmp_path / "out")["voc"]
    oscal = (tmp_path / "out" / "oscal" / "toy" / "paints" / "2020-01-01.json").read_text(encoding="utf-8")
    page = (tmp_path / "out" / "en" / "criteria" / "toy" / "paints" / "2020-01-01.html").read_text(encoding="utf-8")
    assert '"name": "open"' in oscal
    assert "the limit of tins" in oscal
    assert page.count("Left open") == 1


# OSCAL

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_TEXT = re.compile(r"\S(.*\S)?")


def test_a_catalogue_has_what_oscal_requires(catalogs: list[Any], library: Library) -> None:
    assert len(catalogs) == len(library.revisions)
    for catalog in catalogs:
        assert UUID(catalog["uuid"]).version == 5
        assert set(catalog) == {"uuid", "metadata", "groups", "back-matter"}
        metadata = catalog["metadata"]
        assert {"title", "last-modified", "version", "oscal-version"} <= set(metadata)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", metadata["last-modified"])
        assert metadata["oscal-version"] == "1.1.3"
    assert len({catalog["uuid"] for catalog in catalogs}) == len(catalogs)


def test_groups_controls_parts_and_props_are_well_formed(catalogs: list[Any]) -> None:
    for catalog in catalogs:
        controls = [control for group in catalog["groups"] for control in group["controls"]]
        ids = [group["id"] for group in catalog["groups"]] + [control["id"] for control in controls]
        ids += [part["id"] for control in controls for part in control["parts"]]
        assert len(ids) == len(set(ids))
        assert all(_TOKEN.fullmatch(one) for one in ids)
        props = [*catalog["metadata"]["props"], *(prop for control in controls for prop in control["props"])]
        assert all(_TOKEN.fullmatch(one["name"]) and _TEXT.fullmatch(one["value"]) for one in props)
        assert all(group["title"] for group in catalog["groups"])
        assert all(control["title"] and control["parts"] for control in controls)


def test_every_control_leads_to_its_document(catalogs: list[Any]) -> None:
    for catalog in catalogs:
        resources = {f"#{one['uuid']}" for one in catalog["back-matter"]["resources"]}
        links = {
            link["href"] for group in catalog["groups"] for control in group["controls"] for link in control["links"]
        }
        assert links == resources


def test_the_props_of_a_limit_belong_together(tmp_path: Path) -> None:
    publish(toy(tmp_path, SEVERAL), tmp_path / "out")
    catalog = read(tmp_path / "out" / "oscal" / "toy" / "paints" / "2020-01-01.json")["catalog"]
    (dated,) = [one for one in catalog["groups"][0]["controls"] if one["id"] == "c-dated"]
    second = {prop["name"]: prop["value"] for prop in dated["props"] if prop.get("group") == "limit-2"}
    assert (second["property"], second["operator"], second["limit"]) == ("voc_content", "<=", "10")
    assert (second["unit"], second["since"], second["binds"]) == ("g/L", "2022-01-01", "false")


# mappings between revisions


def mapped(site: Path, name: str) -> Any:
    (found,) = read(site / "oscal-mappings" / f"{name}.json")["mapping-collection"]["mappings"]
    return found


def props_of(found: Any, name: str) -> list[str]:
    return [prop["value"] for prop in found["props"] if prop["name"] == name]


def test_each_revision_is_mapped_to_the_one_that_followed_it(site: Path, library: Library) -> None:
    written = {path.relative_to(site / "oscal-mappings").as_posix() for path in site.glob("oscal-mappings/*/*/*.json")}
    wanted = {f"{first.id}_{second.since}.json" for first, second in pairs(library)}
    assert written == wanted
    assert len(written) > 10


def test_criteria_in_force_are_mapped_to_those_of_other_programmes_once(site: Path, library: Library) -> None:
    names = [path.relative_to(site / "oscal-mappings").with_suffix("").as_posix().split("/")
             for path in site.glob("oscal-mappings/*/*/*/*/*/*.json")]  # fmt: skip
    written = [("/".join(name[:3]), "/".join(name[3:])) for name in names]
    possible = {(first.id, second.id) for first, second in across(library, DAY)}
    assert set(written) <= possible
    assert len(written) == len({frozenset(one) for one in written}) > 10
    left = possible - set(written)
    assert {compare(*(library.named(name, DAY) for name in one), DAY, library).reason for one in sorted(left)[:5]} == {
        "measurand"
    }


def test_classes_that_give_each_other_are_props_of_the_mapping(tmp_path: Path) -> None:
    grade = "grades: [{name: %s, requires: {property: voc_content, at_most: %s g/L}}]"
    for name, graded in {"one": ("A", "10"), "two": ("I", "20")}.items():
        path = tmp_path / "criteria" / name / "paints" / "2020-01-01.yml"
        path.parent.mkdir(parents=True)
        clause = LIMIT % ("50", ", " + grade % graded)
        path.write_text(f"{HEAD}grades: [{graded[0]}]\nclauses:\n{clause}", encoding="utf-8")
    (tmp_path / "properties.yml").write_text(PROPERTIES, encoding="utf-8")
    publish(Publication(load_library(tmp_path), {}, DAY), tmp_path / "out", compare)
    found = mapped(tmp_path / "out", "one/paints/2020-01-01/two/paints/2020-01-01")
    assert props_of(found, "class") == ["A → I"]
    assert props_of(found, "class-back") == []


def test_every_mapping_leads_to_both_catalogues(site: Path) -> None:
    for path in sorted((site / "oscal-mappings").rglob("*.json")):
        collection = read(path)["mapping-collection"]
        assert set(collection) == {"uuid", "metadata", "provenance", "mappings"}
        assert {"title", "last-modified", "version", "oscal-version"} <= set(collection["metadata"])
        assert set(collection["provenance"]) == {"method", "matching-rationale", "status", "mapping-description"}
        (found,) = collection["mappings"]
        for end in ("source-resource", "target-resource"):
            assert found[end]["type"] == "catalog"
            assert (path.parent / found[end]["href"]).resolve().is_file()


def test_entries_of_mappings_lead_to_controls_of_both_catalogues(site: Path) -> None:
    for path in sorted((site / "oscal-mappings").rglob("*.json")):
        (found,) = read(path)["mapping-collection"]["mappings"]
        for end, items in (("source-resource", "sources"), ("target-resource", "targets")):
            catalog = read(path.parent / found[end]["href"])["catalog"]
            controls = {control["id"] for group in catalog["groups"] for control in group["controls"]}
            assert {item["id-ref"] for entry in found.get("maps", []) for item in entry[items]} <= controls
        allowed = {"equivalent-to", "superset-of", "subset-of", "intersects-with"}
        assert {entry["relationship"] for entry in found.get("maps", [])} <= allowed


LIMIT = '  - {id: voc, clause: "1", title: {en: VOC}, property: voc_content, at_most: %s g/L%s}\n'


@pytest.mark.parametrize(
    ("first", "second", "relationship"),
    [("30", "20", "subset-of"), ("20", "30", "superset-of"), ("30", "30.0", "equivalent-to")],
)
def test_the_clause_that_asks_more_is_the_superset(tmp_path: Path, first: str, second: str, relationship: str) -> None:
    two_revisions(tmp_path, LIMIT % (first, ""), LIMIT % (second, ""))
    (entry,) = mapped(tmp_path / "out", "toy/paints/2020-01-01_2023-01-01")["maps"]
    assert entry["relationship"] == relationship
    assert entry["sources"] == entry["targets"] == [{"type": "control", "id-ref": "c-voc"}]


def test_a_relation_that_rests_on_an_unverified_limit_is_no_entry(tmp_path: Path) -> None:
    two_revisions(tmp_path, LIMIT % ("20", ", mark: unverified"), LIMIT % ("30", ""))
    found = mapped(tmp_path / "out", "toy/paints/2020-01-01_2023-01-01")
    assert "maps" not in found
    (uncertain,) = props_of(found, "uncertain")
    assert uncertain.startswith("voc / voc: ")


def two_revisions(folder: Path, first: str, second: str) -> None:
    revision_file(folder, second, name="2023-01-01.yml")
    later = folder / "catalog" / "criteria" / "toy" / "paints" / "2023-01-01.yml"
    later.write_text(later.read_text(encoding="utf-8").replace("from: 2020-01-01", "from: 2023-01-01"), "utf-8")
    publish(Publication(library_of(folder, first), {}, DAY), folder / "out", compare)


# pages


class Page(HTMLParser):
    """What a page links to, loads and contains."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.scripted: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.loads += [values["src"]] if "src" in values else []
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" else []
        self.scripted += [name for name in values if name.startswith("on")]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_there_is_a_page_for_each_revision_and_property_in_each_language(
    pages: dict[str, Page], library: Library
) -> None:
    wanted = {"index.html"}
    for language in ("en", "zh"):
        wanted |= {f"{language}/index.html"}
        wanted |= {f"{language}/criteria/{one.id}.html" for one in library.revisions}
        wanted |= {f"{language}/property/{name}.html" for name in library.properties.properties}
    assert set(pages) == wanted


def test_pages_have_no_script_and_load_nothing(pages: dict[str, Page]) -> None:
    assert {tag for page in pages.values() for tag in page.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
    } == set()
    assert [load for page in pages.values() for load in page.loads + page.scripted] == []


def test_a_page_may_load_nothing_even_if_it_tried(site: Path) -> None:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert policy in text
        assert 'name="viewport" content="width=device-width' in text
        assert "url(" not in text
        assert "@import" not in text


def test_no_link_between_pages_is_broken(pages: dict[str, Page]) -> None:
    broken = []
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), f"an id twice in {name}"
        for link in page.links:
            if link.startswith(("https://", "http://")):
                continue
            target, _, anchor = unquote(urljoin(f"/{name}", link)).lstrip("/").partition("#")
            if target not in pages or (anchor and anchor not in pages[target].ids):
                broken.append((name, link))
    assert broken == []


def test_mark_and_source_stand_beside_every_limit(site: Path, library: Library) -> None:
    for revision in library.revisions:
        text = (site / "en" / "criteria" / f"{revision.id}.html").read_text(encoding="utf-8")
        articles = text.split("<article ")[1:]
        assert len(articles) == len(revision.clauses)
        for clause, article in zip(revision.clauses, articles, strict=True):
            shown = re.findall(r'class="asks">.*?(?:</dd>|</li>)', article, flags=re.DOTALL)
            assert len(shown) >= 1
            assert all(f'class="mark {clause.source.mark}"' in one and "<cite>" in one for one in shown)


def test_an_unverified_clause_says_so_in_words(tmp_path: Path) -> None:
    publish(toy(tmp_path, SEVERAL), tmp_path / "out")
    english, chinese = (
        (tmp_path / "out" / tag / "criteria" / "toy" / "paints" / "2020-01-01.html").read_text(encoding="utf-8")
        for tag in ("en", "zh")
    )
    assert english.count("Nobody has verified this clause: it is never met nor broken.") == 1
    assert 'class="mark unverified">unverified<' in english
    assert "本条未经核实" in chinese


def test_what_a_document_says_is_text_and_never_markup(tmp_path: Path) -> None:
    publish(toy(tmp_path, SEVERAL), tmp_path / "out")
    page = (tmp_path / "out" / "en" / "criteria" / "toy" / "paints" / "2020-01-01.html").read_text(encoding="utf-8")
    assert "<b>Remembered" not in page
    assert "&lt;b&gt;Remembered" in page


def test_an_address_that_is_no_web_page_is_no_link(tmp_path: Path) -> None:
    clauses = PLAIN.replace("at_most", 'address: "javascript:alert(1)", at_most')
    publish(toy(tmp_path, clauses), tmp_path / "out")
    page = (tmp_path / "out" / "en" / "criteria" / "toy" / "paints" / "2020-01-01.html").read_text(encoding="utf-8")
    assert [link for link in Page(page).links if "javascript" in link] == []


def test_a_property_page_has_methods_equivalences_and_uses(tmp_path: Path) -> None:
    publish(toy(tmp_path, SEVERAL), tmp_path / "out")
    page = (tmp_path / "out" / "en" / "property" / "voc_content.html").read_text(encoding="utf-8")
    assert "VOC by gas chromatography" in page
    assert "declared: counts for these criteria: toy/paints" in page
    assert "estimate: never counts in a judgement" in page
    assert page.count("criteria/toy/paints/2020-01-01.html#c-") == 5


# the folder


def test_the_same_criteria_give_the_same_bytes_in_whatever_language_is_in_use(tmp_path: Path) -> None:
    publication = toy(tmp_path, SEVERAL)
    publish(publication, tmp_path / "one")
    use("zh")
    publish(publication, tmp_path / "two")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert current() == "zh"


def test_publishing_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    publication, out = toy(tmp_path, PLAIN), tmp_path / "out"
    publish(publication, out)
    (out / "en" / "left-over.html").write_text("old", encoding="utf-8")
    publish(publication, out)
    assert not (out / "en" / "left-over.html").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert set(read(out / OURS)["files"]) | {OURS} == set(files_of(out))


@pytest.mark.parametrize("name", ["letter.txt", OURS])
def test_a_folder_of_somebody_else_is_refused_and_untouched(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("[]", encoding="utf-8")
    with pytest.raises(UnusableInputError, match="not published criteria"):
        publish(toy(tmp_path, PLAIN), out)
    assert files_of(out) == {name: b"[]"}


def test_a_file_or_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(UnusableInputError, match="no folder"):
            publish(toy(tmp_path, PLAIN), tmp_path / name)


def test_when_writing_fails_the_earlier_publication_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publication, out = toy(tmp_path, PLAIN), tmp_path / "out"
    publish(publication, out)
    before = files_of(out)
    monkeypatch.setattr("tenring.rulebook.publish.write.Site.pages", full_disk)
    with pytest.raises(UnusableInputError, match="No space left"):
        publish(publication, out)
    assert files_of(out) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def full_disk(_: object) -> Iterator[tuple[str, str]]:
    yield "index.html", ""
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("base", ["criteria", "ftp://example.org/", "https://example.org"])
def test_a_base_that_is_no_address_is_refused(tmp_path: Path, base: str) -> None:
    with pytest.raises(UnusableInputError, match="no address"):
        publish(toy(tmp_path, PLAIN, base=base), tmp_path / "out")
    assert not (tmp_path / "out").exists()


# names


@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_other_names_are_other_tokens(one: str, other: str) -> None:
    assert (token(one) == token(other)) == (one == other)
    assert _TOKEN.fullmatch(token(one))


def test_a_language_is_spoken_inside_its_block_only() -> None:
    with speaking("zh"):
        assert current() == "zh"
    assert current() == "en"
