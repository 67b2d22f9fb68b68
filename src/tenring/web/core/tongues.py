"""The language of names that stand in a page of another, marked so that screen readers and fonts take the right one."""

from __future__ import annotations

import re

from markupsafe import Markup

from tenring import language
from tenring.language import KNOWN

#: Script -> the language to mark, the most telling first: ideographs alone are read as Chinese.
_SCRIPTS = (
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), "ko"),
    (re.compile("[\u0e00-\u0e7f]"), "th"),
    (re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"), "zh"),
)
#: Where ideographs are at home: there a name of nothing else is not marked.
_WITH_IDEOGRAPHS = frozenset({"zh", "zh-Hant", "ja"})


def language_of(text: str) -> str | None:
    """The HTML tag of a text's language where its script is another than the page's; None: nothing to mark."""
    if text.isascii():
        return None
    here = language.current()
    found = next((tag for script, tag in _SCRIPTS if script.search(text)), None)
    if found is None or found == here or (found == "zh" and here in _WITH_IDEOGRAPHS):
        return None
    return KNOWN[found].html


def marked(text: str | None) -> str:
    """A name as a page shows it: in a `span` with its language where that is another than the page's."""
    if not text:
        return ""
    tag = language_of(text)
    return Markup('<span lang="{}">{}</span>').format(tag, text) if tag else text
