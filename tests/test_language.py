from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tenring import language
from tenring.language import (
    COMPLETE,
    KNOWN,
    LANGUAGES,
    LOCALES,
    T,
    current,
    file_of,
    from_environment,
    in_language,
    offer,
    offered,
    share,
    use,
)

SOURCE = LOCALES.parent
TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]
BEGUN = [tag for tag in KNOWN if tag != "en"]
FIELD = re.compile(r"\{([a-z_]*)[^}]*\}")


@lru_cache(maxsize=1)
def used_texts() -> dict[str, str]:
    """Text -> the first place in the code or a template that says it."""
    found = extract_from_dir(
        SOURCE,
        method_map=[("**.py", "python"), ("**.html", "jinja2"), ("**/mail/**.txt", "jinja2")],
        keywords={"T": None, "N": None},
    )
    return {str(text): f"{file}:{line}" for file, line, text, _, _ in reversed(list(found))}


def catalogue_of(tag: str) -> Catalog:
    path = file_of(tag)
    assert path.is_file(), f"{path} does not exist"
    with path.open("rb") as stream:
        return read_po(stream, locale=tag.replace("-", "_"))


def test_the_texts_of_code_and_templates_are_found() -> None:
    places = set(used_texts().values())
    assert "Error: {message}" in used_texts()
    assert any(place.endswith(".py") or ".py:" in place for place in places)
    assert any(".html:" in place for place in places)


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_text_is_translated(tag: str) -> None:
    catalogue = catalogue_of(tag)
    missing = [
        f"{place}: {text}"
        for text, place in used_texts().items()
        if not ((message := catalogue.get(text)) and message.string) or message.fuzzy
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("tag", BEGUN)
def test_a_translation_fills_in_the_same_fields(tag: str) -> None:
    different = [
        str(message.id)
        for message in catalogue_of(tag)
        if message.id and message.string and _fields(str(message.id)) != _fields(str(message.string))
    ]
    assert not different, "\n".join(different)


@pytest.mark.parametrize("tag", BEGUN)
def test_a_catalogue_translates_nothing_that_nobody_says(tag: str) -> None:
    unknown = [str(message.id) for message in catalogue_of(tag) if message.id and str(message.id) not in used_texts()]
    assert tag in LANGUAGES or unknown == []


@pytest.mark.parametrize("tag", KNOWN)
def test_who_is_complete_is_offered_and_nobody_else(tag: str) -> None:
    assert (share(tag) >= COMPLETE) == (tag in LANGUAGES)


@pytest.fixture
def _all_offered() -> Iterator[None]:
    """Every language is offered."""
    offer(["all"])
    yield
    offer([])


@pytest.mark.usefixtures("_all_offered")
@pytest.mark.parametrize(
    ("asked", "tag", "text"),
    [
        ("ja_JP.UTF-8", "ja", "検索"),
        ("ko", "ko", "검색"),
        ("zh-TW", "zh-Hant", "搜尋"),
        ("zh_Hant_HK", "zh-Hant", "搜尋"),
        ("zh-CN", "zh", "检索"),
        ("th", "th", "ค้นหา"),
        ("es-PE", "es", "Buscar"),
        ("fr_CA", "fr", "Rechercher"),
        ("vi", "en", "Search"),
    ],
)
def test_a_language_in_preparation_is_spoken_where_it_is_offered(asked: str, tag: str, text: str) -> None:
    assert offered() == tuple(KNOWN)
    use(asked)
    assert current() == tag
    assert T("Search") == text
    assert T("A text nobody translates") == "A text nobody translates"


def test_only_what_was_asked_for_is_offered_besides_the_complete_ones() -> None:
    offer(["ko", "nonsense"])
    assert offered() == (*LANGUAGES, "ko")
    offer([])
    assert offered() == LANGUAGES


def _fields(text: str) -> set[str]:
    return set(FIELD.findall(text))


@pytest.mark.parametrize("tag", ["zh", "zh_CN.UTF-8", "zh-Hant", "ZH"])
def test_a_language_is_known_by_any_of_its_tags(tag: str) -> None:
    use(tag)
    assert current() == "zh"


@pytest.mark.parametrize("tag", ["en_GB.UTF-8", "C", "POSIX", "", "fr"])
def test_a_language_without_texts_is_english(tag: str) -> None:
    use(tag)
    assert current() == "en"


def test_the_environment_is_asked_from_the_most_to_the_least_specific(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TENRING_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert from_environment() == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert from_environment() == "zh_CN.UTF-8"
    monkeypatch.setenv("TENRING_LANGUAGE", "en")
    assert from_environment() == "en"


def test_a_text_without_translation_stays_and_its_fields_are_filled_in() -> None:
    use("zh")
    assert T("A text nobody translates: {count} {name!r}", count=3, name="x") == "A text nobody translates: 3 'x'"


def test_braces_without_values_are_left_alone() -> None:
    assert T("{not a field}") == "{not a field}"


def test_a_translation_is_read_straight_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "zh" / "LC_MESSAGES" / "tenring.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr "Language: zh\\n"\n\nmsgid "{n} lines"\nmsgstr "{n}行"\n', encoding="utf-8")
    monkeypatch.setattr(language, "LOCALES", tmp_path)
    language._translations.cache_clear()  # noqa: SLF001 - the cache holds the files that ship
    try:
        use("zh")
        assert T("{n} lines", n=7) == "7行"
        use("en")
        assert T("{n} lines", n=7) == "7 lines"
    finally:
        language._translations.cache_clear()  # noqa: SLF001 - likewise


def test_the_best_of_several_names_is_the_language_in_use_then_english_then_any() -> None:
    names = {"ja": "紙", "en": "paper", "zh": "纸"}
    assert in_language(names) == "paper"
    use("zh")
    assert in_language(names) == "纸"
    assert in_language({"en": "paper", "ja": "紙"}) == "paper"
    assert in_language({"ja": "紙"}) == "紙"
    assert in_language({}) == ""
