"""A small catalogue for one revision: paint with a few properties."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tenring.rulebook.document import parse_document, validated
from tenring.rulebook.evidence import Product, Reader
from tenring.rulebook.judge import Result, judge
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.written import WrittenProduct

PROPERTIES = """
properties:
  voc_content:
    {names: {en: VOC, zh: VOC}, definition: {en: VOC, zh: VOC}, unit: g/L, by_density: true, methods: [ISO 11890-2]}
  density: {names: {en: density, zh: 密度}, definition: {en: density, zh: 密度}, unit: kg/L}
  gloss: {names: {en: gloss, zh: 光泽}, definition: {en: gloss, zh: 光泽}, unit: dimensionless}
  paint_colour:
    {names: {en: colour, zh: 颜色}, definition: {en: colour, zh: 颜色}, kind: text, values: [white, tinted]}
  washable: {names: {en: washable, zh: 可洗}, definition: {en: washable, zh: 可洗}, kind: flag}
  scrub_class:
    {names: {en: class, zh: 等级}, definition: {en: class, zh: 等级}, kind: class, scale: ["3", "2", "1"]}
  content:
    {names: {en: content, zh: 含量}, definition: {en: content, zh: 含量}, unit: mg/kg, conditions: [substance]}
  claims: {names: {en: claims, zh: 声称}, definition: {en: claims, zh: 声称}, kind: set}
  formulation:
    {names: {en: recipe, zh: 配方}, definition: {en: recipe, zh: 配方}, kind: substances, values: [dye, resin]}
  sold_on: {names: {en: day, zh: 日期}, definition: {en: day, zh: 日期}, kind: date}
subjects:
  product: {names: {en: the product, zh: 产品}, kind: product}
  can: {names: {en: the can, zh: 罐}, kind: packaging}
methods:
  ISO 11890-2: {measures: VOC by gas chromatography}
  ISO 11890-1: {measures: VOC by difference}
  ASTM D2369: {measures: VOC by heating}
equivalences:
  - property: voc_content
    method: ASTM D2369
    for_method: ISO 11890-2
    relation: declared
    scope: [toy/paints]
    since: 2020-01-01
    document: invented
    mark: read
  - property: voc_content
    method: ISO 11890-1
    for_method: ISO 11890-2
    relation: estimate
    scope: [toy/paints]
    document: invented
    mark: read
"""

HEAD = """document: An invented decision
titles: {en: Invented criteria}
in_force: {from: 2020-01-01}
categories: [paints]
mark: read
"""


def revision_file(folder: Path, clauses: str, *, head: str = "", name: str = "2020-01-01.yml") -> Path:
    """A catalogue below `folder` with one revision; returns the catalogue."""
    catalog = folder / "catalog"
    path = catalog / "criteria" / "toy" / "paints" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    (catalog / "properties.yml").write_text(PROPERTIES, encoding="utf-8")
    path.write_text(f"{HEAD}{head}clauses:\n{clauses}", encoding="utf-8")
    return catalog


def library_of(folder: Path, clauses: str, *, head: str = "") -> Library:
    return load_library(revision_file(folder, clauses, head=head))


def product(library: Library, given: str) -> Product:
    """Evidence as it stands below `given:` (and `labels:`) in a product file."""
    document = parse_document(given.encode(), Path("product.yml"))
    written = validated(document, WrittenProduct)
    return Reader(document, library.properties).product(written.given, written.labels)


def judged(folder: Path, clauses: str, given: str, *, head: str = "", on: date = date(2021, 1, 1)) -> Result:
    """One product judged by one revision."""
    library = library_of(folder, clauses, head=head)
    return judge(product(library, given), library.revisions[0], on, library)
