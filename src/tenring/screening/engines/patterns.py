r"""Regular expressions of steps (RE2, DuckDB's) as Java's, with the same matches.

Java reads some signs differently: `$` also matches before a last line end, `.` stops at more line ends, `[` and `&`
mean more inside brackets, `(?i)` folds other letters. What is not known to mean the same is refused.
"""

from __future__ import annotations

import re

#: Signs that may stand behind a backslash: a sign for itself, or a control character.
_ESCAPED = re.compile(r"[^0-9A-Za-z]|[tnrd]")
_QUANTIFIER = re.compile(r"\{\d+(?:,\d*)?\}")
#: Letters outside ASCII that `(?i)` of RE2 takes for an ASCII letter: the long s and the Kelvin sign.
_FOLDED = {"k": "\u212a", "s": "\u017f"}


class UnknownPatternError(ValueError):
    """A regular expression has a part that may mean something else in Java."""


def java_pattern(pattern: str) -> str:
    """The RE2 `pattern` as a Java one.

    Raises:
        UnknownPatternError: a part of it is not known to mean the same.
    """
    ignoring_case = pattern.startswith("(?i)")
    return _Walk(pattern.removeprefix("(?i)"), ignoring_case=ignoring_case).written()


def java_replacement(replacement: str) -> str:
    r"""The replacement `\1` of RE2 as `$1` of Java.

    Raises:
        UnknownPatternError: a backslash is followed by something else than a digit.
    """
    if found := re.search(r"\\(?!\d)", replacement):
        raise UnknownPatternError(replacement[found.start() :])
    return re.sub(r"\\(\d)", r"$\1", replacement.replace("$", "\\$"))


class _Walk:
    """One walk over a pattern, sign by sign."""

    def __init__(self, pattern: str, *, ignoring_case: bool) -> None:
        self.pattern, self.ignoring_case, self.place = pattern, ignoring_case, 0

    def written(self) -> str:
        parts = []
        while self.place < len(self.pattern):
            parts.append(self._outside())
        return "".join(parts)

    def _take(self, count: int = 1) -> str:
        taken = self.pattern[self.place : self.place + count]
        self.place += count
        return taken

    def _outside(self) -> str:
        sign = self._take()
        if sign == "[":
            return self._bracket()
        if sign == "\\":
            return "\\" + self._escaped()
        if sign == "{":
            return self._quantifier()
        if sign == "(" and self.pattern.startswith("?", self.place) and not self.pattern.startswith("?:", self.place):
            raise UnknownPatternError(self.pattern[self.place - 1 :])
        if self.ignoring_case and sign.isalpha():
            return f"[{_both_cases(sign)}]"
        return {"$": r"\z", ".": r"[^\n]"}.get(sign, sign)

    def _escaped(self) -> str:
        sign = self._take()
        if not _ESCAPED.fullmatch(sign):
            raise UnknownPatternError("\\" + sign)
        return sign

    def _quantifier(self) -> str:
        found = _QUANTIFIER.match(self.pattern, self.place - 1)
        if not found:
            raise UnknownPatternError(self.pattern[self.place - 1 :])
        self.place = found.end()
        return found[0]

    def _bracket(self) -> str:
        parts = ["[", self._take() if self.pattern.startswith("^", self.place) else ""]
        while True:
            sign = self._take()
            if sign == "]" and len(parts) > len("[^"):
                return "".join(parts) + "]"
            if not sign or (sign == "[" and self.pattern.startswith(":", self.place)):
                raise UnknownPatternError(self.pattern)
            parts.append(self._inside(sign))

    def _inside(self, sign: str) -> str:
        if sign == "\\":
            return "\\" + self._escaped()
        if self.ignoring_case and sign.isalpha():
            return self._folded_inside(sign)
        return "\\" + sign if sign in "[]&^" else sign

    def _folded_inside(self, sign: str) -> str:
        """A letter or a range of ASCII letters inside brackets, in both cases."""
        if self.pattern[self.place : self.place + 1] != "-" or self.pattern[self.place + 1 : self.place + 2] == "]":
            return _both_cases(sign)
        first, last = sign.lower(), self._take(2)[1].lower()
        if not ("a" <= first <= last <= "z"):
            raise UnknownPatternError(f"(?i)[{first}-{last}]")
        more = "".join(other for letter, other in _FOLDED.items() if first <= letter <= last)
        return f"{first}-{last}{first.upper()}-{last.upper()}{more}"


def _both_cases(letter: str) -> str:
    if letter.isascii():
        return letter.lower() + letter.upper() + _FOLDED.get(letter.lower(), "")
    if letter.lower() != letter or letter.upper() != letter:
        raise UnknownPatternError(f"(?i){letter}")
    return letter
