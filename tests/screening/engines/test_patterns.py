"""Regular expressions mean the same in RE2 and in Java, or are refused."""

from __future__ import annotations

import pytest

from tenring.screening.engines.patterns import UnknownPatternError, java_pattern, java_replacement


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[0-9a-z]+|[一-鿿]+", "[0-9a-z]+|[一-鿿]+"),
        ("[0-9]{5,}", "[0-9]{5,}"),
        ("a.b$", r"a[^\n]b\z"),
        (r"^\)[0-9a-z]", r"^\)[0-9a-z]"),
        ("[^a&&b[]", r"[^a\&\&b\[]"),
        ("[]a]", r"[\]a]"),
        ("[a^]", r"[a\^]"),
        (r"[\-/._+&)]", r"[\-/._+\&)]"),
        ("(?i)sk[a-z-]", "[sS\u017f][kK\u212a][a-zA-Z\u212a\u017f-]"),
        ("(?i)证", "[证]"),
    ],
)
def test_a_pattern_is_written_as_java_reads_it(pattern: str, expected: str) -> None:
    assert java_pattern(pattern) == expected


@pytest.mark.parametrize(
    "pattern",
    [r"\bword", r"\s", r"\pL", "(?s)a", "(?=a)", "a(?i)b", "[[:alpha:]]", "a{", "(?i)é", "(?i)[k-9]", "[a", "(?<a>b)"],
)
def test_a_pattern_that_may_mean_something_else_is_refused(pattern: str) -> None:
    with pytest.raises(UnknownPatternError):
        java_pattern(pattern)


@pytest.mark.parametrize(("replacement", "expected"), [(r" \1 ", " $1 "), ("$5", r"\$5"), ("", "")])
def test_a_replacement_is_written_as_java_reads_it(replacement: str, expected: str) -> None:
    assert java_replacement(replacement) == expected


def test_a_replacement_with_another_backslash_is_refused() -> None:
    with pytest.raises(UnknownPatternError):
        java_replacement(r"\n")
