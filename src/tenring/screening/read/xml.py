"""XML from strangers: no entities, no document types, no network, no huge trees."""

from __future__ import annotations

from lxml import etree

from tenring.exceptions import UnusableInputError
from tenring.language import T


def parse(data: bytes, where: str) -> etree._Element:
    """The root element of an XML document.

    Raises:
        UnusableInputError: not well formed, or it brings a document type or entities of its own.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        what = T("the XML is not well formed: {reason}", reason=error)
        raise UnusableInputError(what, where=where, do=T("Export it again")) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        what = T("the XML declares a document type or entities, which purchase notices never need")
        raise UnusableInputError(what, where=where, do=T("Do not trust this file; ask for it again"))
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; "" for comments and instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
