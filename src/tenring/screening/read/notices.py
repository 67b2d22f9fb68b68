"""European notices, new and old: which reader an XML document needs."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.read import eforms, ted
from tenring.screening.read.notice import Notice
from tenring.screening.read.xml import local


def read(root: etree._Element, *, path: Path) -> Notice:
    """The lines of a notice.

    Raises:
        UnusableInputError: the XML is no notice we know.
    """
    name = local(root)
    if name in eforms.ROOTS:
        return eforms.read(root, name)
    if name == ted.ROOT:
        return ted.read(root)
    what = T("the XML is no notice we know: its root is {name}", name=name)
    raise UnusableInputError(what, where=path, do=T("We read eForms and TED_EXPORT notices"))
