from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.exceptions import MalformedError
from tenring.proof import strict
from tenring.proof.strict import SAFE, JsonLimits, read_json, read_object

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@pytest.fixture(params=["compact", "careful"], autouse=True)
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test holds with the fast way for compact text and without it."""
    if request.param == "careful":
        monkeypatch.setattr(strict, "_read_compact", lambda raw, depth: strict._UNSURE)  # noqa: ARG005, SLF001 - as if unsure


def refused(text: bytes | str) -> str:
    with pytest.raises(MalformedError) as caught:
        read_json(text)
    return str(caught.value)


@given(VALUES)
def test_what_any_writer_wrote_is_read_back_as_it_was(value: Any) -> None:
    for text in (
        json.dumps(value),
        json.dumps(value, indent=2, ensure_ascii=False),
        json.dumps(value, separators=(",", ":")),
    ):
        assert read_json(text) == value
        assert read_json(text.encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw: bytes) -> None:
    try:
        value = read_json(raw)
    except MalformedError:
        return
    assert value == json.loads(raw)


@given(VALUES, st.data())
def test_a_key_that_stands_twice_is_refused_wherever_it_stands(value: Any, data: st.DataObject) -> None:
    text = json.dumps({"outer": [{"k": value, "l": 1}]}, separators=(",", ":"))
    key = data.draw(st.sampled_from(['"k"', '"\\u006b"']))
    assert "twice" in refused(text.replace('"l"', key))


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        '{"a":{"b":1,"b":1}}',
        '[[{"a":1,"b":2,"a":3}]]',
        '{"a":1,\n"a":2}',
        '{"":1,"":2}',
    ],
)
def test_duplicate_keys_are_refused(text: str) -> None:
    assert "stands twice in one object" in refused(text)


@pytest.mark.parametrize("digits", [str(2**53), str(-(2**53)), str(2**64), "1" + "0" * 40, "9" * 5000])
def test_an_integer_that_not_every_reader_holds_is_refused(digits: str) -> None:
    assert "too large" in refused(f"[{digits}]")


@pytest.mark.parametrize("number", [SAFE, -SAFE, 0])
def test_a_safe_integer_is_read(number: int) -> None:
    assert read_json(f"[{number}]") == [number]


@pytest.mark.parametrize("text", ["[1e400]", "[-1e999]", "[NaN]", "[Infinity]", "[-Infinity]", '{"a":NaN}'])
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    "text",
    [
        r'["\ud800"]', r'"\udfff"', r'{"a":"x\uD83D"}', r'{"\udc00":1}', r'{"a":["\ud800"]}', r'{"a":[["\ud800"]]}',
        r'["\ud83d\u0041"]', r'[[["\uDBFF"]]]',
    ],
)  # fmt: skip
def test_half_a_character_is_refused(text: str) -> None:
    assert "half a character" in refused(text)


def test_a_character_written_as_two_escapes_is_read() -> None:
    assert read_json(r'{"a":"\ud83d\ude00","b":"\\ud800"}') == {"a": "😀", "b": "\\ud800"}


@pytest.mark.parametrize(
    "raw",
    [b"\xff", b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b'"\x00"', b""],
)
def test_what_is_not_utf_8_json_is_refused(raw: bytes) -> None:
    refused(raw)


@pytest.mark.parametrize(
    "text", ["{'a':1}", "[1,]", "{} {}", "[01]", "[+1]", "[.5]", "[1.]", "tru", '"\t"', "// x\n1", "[1"]
)
def test_what_lenient_readers_take_is_refused(text: str) -> None:
    assert "it is not JSON" in refused(text)


@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_nesting_is_limited_exactly(pair: str) -> None:
    opening, closing = ("[", "]") if pair == "[]" else ('{"a":', "}")
    assert read_json(opening * 63 + pair + closing * 63) is not None
    assert "deeper than 64" in refused(opening * 64 + pair + closing * 64)


def test_both_kinds_of_brackets_count_together() -> None:
    assert "deeper than 64" in refused('[{"a":' * 33 + "1" + "}]" * 33)


def test_brackets_inside_texts_hide_no_nesting() -> None:
    closed_in_text = '{"a":"}","b":' * 65 + "1" + "}" * 65
    assert "deeper than 64" in refused(closed_in_text)
    assert "deeper than 64" in refused('["]",' * 65 + "1" + "]" * 65)
    assert read_json('["]",' * 64 + "1" + "]" * 64) is not None


def test_brackets_inside_texts_do_not_count() -> None:
    value = {"text": "[{" * 200, "quoted": '"[' * 100, "list": [[{}]] * 40}
    assert read_json(json.dumps(value)) == value


def test_a_hundred_thousand_levels_are_refused_at_once() -> None:
    started = time.process_time()
    refused(b"[" * 100_000)
    refused(b'{"a":' * 100_000)
    assert time.process_time() - started < 1


def test_a_large_text_is_refused_before_it_is_read() -> None:
    assert "larger than" in refused(b"[" + b" " * (4 * 1024**2) + b"]")
    with pytest.raises(MalformedError, match="larger than 3 bytes"):
        read_json(b"[12]", JsonLimits(bytes=3))


@pytest.mark.parametrize("text", ["[]", '"a"', "1", "null"])
def test_only_an_object_is_an_object(text: str) -> None:
    with pytest.raises(MalformedError, match="not a JSON object"):
        read_object(text)
    assert read_object('{"a":null}') == {"a": None}


@given(VALUES)
def test_white_space_between_tokens_makes_no_difference(value: Any) -> None:
    text = json.dumps({"a": value}, ensure_ascii=False, indent="\t", separators=(" ,", " : "))
    assert read_json(text.encode()) == read_json(json.dumps({"a": value}))


@pytest.mark.parametrize("text", ['{"a": 1, "a ": 2, "a": 3}', '{ "a" : 1 , "b" : [ { "c" : 1 , "c" : 1 } ] }'])
def test_white_space_hides_no_key_that_stands_twice(text: str) -> None:
    assert "stands twice" in refused(text)
    assert "stands twice" in refused(text.replace(", ", ",\n\t"))


def test_white_space_inside_a_key_tells_it_from_another() -> None:
    assert read_json('{"a b": 1, "ab": 2}') == {"a b": 1, "ab": 2}
    assert "too large" in refused('{ "a" : 9007199254740993 }')


@pytest.mark.parametrize("levels", [65, 100, 253, 254, 900, 100_000])
def test_brackets_in_texts_do_not_balance_those_that_nest(levels: int) -> None:
    """Taken for brackets, those in texts would close each level at once."""
    hidden = '["]",' * levels + '"["]' + ',"["]' * (levels - 1)
    assert "deeper than 64" in refused(hidden)
    assert read_json('["]",' * 64 + '"["]' + ',"["]' * 63)[0] == "]"


BRACKETS = st.text('[]{}\\" a', max_size=6)
NESTED = st.recursive(
    st.none() | BRACKETS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(BRACKETS, inner, max_size=2),
    max_leaves=12,
)


def depth_of(value: Any) -> int:
    if not isinstance(value, list | dict):
        return 0
    inner = value if isinstance(value, list) else list(value.values())
    return 1 + max(map(depth_of, inner), default=0)


@given(NESTED, st.integers(1, 6), st.integers(0, 200), st.booleans())
def test_a_value_is_read_when_it_nests_no_deeper_than_it_may(
    value: Any, limit: int, padding: int, spaced: bool
) -> None:
    document = [value, "x" * padding * 40]
    text = json.dumps(document, ensure_ascii=False, separators=None if spaced else (",", ":"))
    limits = JsonLimits(depth=limit)
    if depth_of(document) <= limit:
        assert read_json(text, limits) == document
        return
    with pytest.raises(MalformedError, match=f"deeper than {limit}"):
        read_json(text, limits)


def test_where_the_encoder_tells_no_depth_all_is_read_carefully(monkeypatch: pytest.MonkeyPatch) -> None:
    assert strict._deepest() > 64  # noqa: SLF001 - what the fast way rests on
    monkeypatch.setattr(strict, "_DEEPEST", strict._deepest(most=10))  # noqa: SLF001 - an encoder without end
    monkeypatch.setattr(strict, "_FRAMES", strict._Frames())  # noqa: SLF001
    deep, shallow = "[" * 63 + '"' + "x" * 5000 + '"' + "]" * 63, '["' + "x" * 5000 + '"]'
    assert depth_of(read_json(deep)) == 63
    assert "deeper than 64" in refused(f"[[{deep}]]")
    assert depth_of(read_json(shallow)) == 1


def test_threads_read_each_their_own() -> None:
    texts = [json.dumps([number, "x" * 5000]) for number in range(50)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(read_json, texts * 20)) == [json.loads(text) for text in texts] * 20
