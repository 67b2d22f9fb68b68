"""A catalogue of a few invented files, for tests that need to break one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tenring.catalogue import Catalogue

SCHEMES = """
schemes:
  - {id: ends-in-zeros, name: {en: Zeros}, version: "1", document: D, publisher: P, pattern: "^[0-9]{8}$",
     hierarchy: zeros, mark: read}
  - {id: in-pairs, name: {en: Pairs}, version: "1", document: D, publisher: P, pattern: "^[A-C][0-9]{8}$",
     hierarchy: pairs, mark: read}
  - {id: by-prefix, name: {en: Prefix}, version: null, document: D, publisher: P, pattern: "^[0-9]{2,6}$",
     hierarchy: prefix, mark: unverified}
"""

FILES = {
    "categories/schemes.yml": SCHEMES,
    "categories/writing.yml": """
id: writing
names: {en: Writing instruments, zh: 书写工具}
codes: {ends-in-zeros: ["30100000"], in-pairs: [A01000000], by-prefix: ["96"]}
""",
    "categories/pens.yml": """
id: pens
parent: writing
names: {en: Pens, zh: 钢笔, fr: Stylos}
synonyms: {en: [ball pen, fountain pen], zh: [圆珠笔]}
codes: {ends-in-zeros: ["30110000"], in-pairs: [A01020000], by-prefix: ["9608"]}
""",
    "categories/funerals.yml": """
id: funerals
labelled: false
names: {en: Funerals, zh: 殡葬}
codes: {ends-in-zeros: ["98000000"]}
""",
    "programmes/toy-label.yml": """
id: toy-label
names: {en: Toy Label}
operator: {en: Toy Office}
economy: NZ
type: I
assurance: third_party
sources: [{document: Toy Act, mark: read}]
""",
    "rules/nz/pens.yml": """
id: nz/pens
economy: NZ
kind: obligations
names: {en: Pens, zh: 钢笔}
document: {number: Act 1}
in_force: {from: 2020-01-01, until: null}
proof: {programmes: [toy-label]}
items: [{item: A01020000, scheme: in-pairs, name: {en: Pens}, category: pens, obligation: mandatory, mark: read}]
""",
    "recognition/toy.yml": """
id: toy
parties: [toy-label, toy-label]
from: 2021-01-01
mode: accepts_certificates
categories: [pens]
state: live
sources: [{document: Toy Treaty, mark: secondary}]
""",
    "brands.yml": "{mark: unverified, brands: [[HP, Hewlett-Packard, 惠普], [Dell, 戴尔]]}",
}


@dataclass(frozen=True)
class ToyCatalogue:
    """The files of `FILES` in a folder of their own."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> ToyCatalogue:
        toy = cls(folder)
        for name, text in FILES.items():
            toy.write(name, text)
        return toy

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def change(self, name: str, old: str, new: str) -> Path:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        return self.write(name, text.replace(old, new))

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.folder)
