from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.exceptions import MalformedError
from tenring.proof import canonical as module
from tenring.proof.canonical import canonical, number
from tenring.proof.strict import SAFE, read_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def values(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers(-SAFE, SAFE) | numbers | TEXTS,
        lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
        max_leaves=20,
    )


VALUES = values(FLOATS)
#: From 2^53 to 10^21 a float is written like an integer that a strict reader refuses.
READABLE = values(FLOATS.filter(lambda value: not SAFE < abs(value) < 1e21))
#: RFC 8785, Appendix B: the bits of a double, and how ECMAScript writes it.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "text"), NUMBERS)
def test_a_number_is_written_as_appendix_b_of_the_rfc_says(bits: str, text: str) -> None:
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert number(value) == text
    assert canonical({"n": value}) == b'{"n":%s}' % text.encode()


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_published_pairs_are_written_byte_for_byte(name: str, data: Path) -> None:
    folder = data / "vectors" / "jcs"
    value = read_json((folder / "input" / f"{name}.json").read_bytes())
    assert canonical(value) == (folder / "output" / f"{name}.json").read_bytes().strip()
    assert canonical(value) == bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())


@given(READABLE)
def test_what_is_written_says_the_same_and_is_written_again_the_same(value: Any) -> None:
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(read_json(written)) == written


@given(VALUES)
def test_the_quick_way_and_the_careful_way_write_the_same(value: Any) -> None:
    assert canonical(value) == module._written(value).encode()  # noqa: SLF001 - the reference that the others must match


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_is_read_back_as_the_same_float(value: float) -> None:
    assert float(number(value)) == value
    assert canonical([value]) == f"[{number(value)}]".encode()


@given(st.dictionaries(TEXTS, st.none(), min_size=2))
def test_keys_are_sorted_by_their_utf_16_code_units(value: dict[str, None]) -> None:
    keys = list(json.loads(canonical(value)))
    assert [key.encode("utf-16-be") for key in keys] == sorted(key.encode("utf-16-be") for key in value)


def test_a_key_beyond_the_basic_plane_comes_before_a_private_one() -> None:
    assert canonical({"\ue000": 1, "\U00010000": 2}) == '{"\U00010000":2,"\ue000":1}'.encode()


def test_the_order_of_keys_in_the_document_does_not_matter() -> None:
    assert canonical({"b": {"d": 1, "c": 2}, "a": 3}) == canonical({"a": 3, "b": {"c": 2, "d": 1}})


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        -(2**60),
        "\ud800",
        {"\udc00": 1},
        {1: 2},
        {"a": {None: 1}},
        b"x",
        {1, 2},
        object(),
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    for document in (value, {"a": [value]}):
        with pytest.raises(MalformedError):
            canonical(document)


def test_control_characters_are_escaped_as_ecmascript_does() -> None:
    assert (
        canonical('\b\t\n\f\r\x00\x1f\x7f"\\/\u2028é') == '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\\"\\\\/\u2028é"'.encode()
    )


@given(VALUES)
def test_a_document_that_was_read_is_written_the_same_in_the_fast_way(value: Any) -> None:
    document = {"a": value, "b": [value]}
    assert module.canonical_object(document) == canonical(document)


@pytest.mark.parametrize("value", [1e-7, 1.5e-5, 1e16, 1.5e300, -0.0, 5.0, [5.0], [[1.0, 2]], 0.1, 123456789012.5])
def test_floats_are_written_the_same_in_the_fast_way(value: Any) -> None:
    for document in ({"n": value}, {"n": value, "z": 1}, {"n": [value, value]}):
        assert module.canonical_object(document) == canonical(document)


LIKE_NUMBERS = [
    "#clause-3",
    "1e-7",
    "7e-7,",
    ",1e-7",
    "[1.0]",
    ":5.0,",
    "+49 30 1e+21",
    "3.0, Energy",
    "e-9",
    "é+\ue000",
]


@pytest.mark.parametrize("text", LIKE_NUMBERS)
@pytest.mark.parametrize("value", [1.5e-7, 1e21, 4.0, -0.0, 17.25, 3])
def test_texts_that_look_like_numbers_hide_none(text: str, value: float) -> None:
    for document in ({text: value}, {"a": text, "b": [value]}, {"a": [text, {"c": value}], text: text}):
        assert module.canonical_object(document) == canonical(document)


@given(st.recursive(st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(LIKE_NUMBERS), st.lists))
def test_any_floats_among_such_texts_are_written_the_same_in_the_fast_way(value: Any) -> None:
    assert module.canonical_object({"a": value}) == canonical({"a": value})


@pytest.mark.parametrize(
    "value", [2**53, "\ud800", b"x", object()], ids=lambda value: repr(value).partition(" at 0x")[0]
)
def test_what_has_no_canonical_form_is_refused_in_the_fast_way_as_well(value: Any) -> None:
    with pytest.raises(MalformedError):
        module.canonical_object({"a": [value]})
