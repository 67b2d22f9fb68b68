"""A credential as a certificate to print: PDF/A-3 with the credential attached.

Set by typst from a template of ours. Everything a credential says reaches it as JSON, so that no text of a stranger is
ever read as markup. The file follows PDF/A-3a, which asks for all of PDF/A-3b and for readable structure, and PDF/UA-1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import typst

from tenring.exceptions import IssueError
from tenring.language import T
from tenring.proof.paper.attached import JSON, JWT, media_type_of
from tenring.proof.paper.facts import Facts, facts_of
from tenring.proof.paper.fonts import LATIN, PACKAGE, chinese_family, fonts, needs_chinese, require_chinese
from tenring.proof.paper.qr import qr_svg
from tenring.proof.paper.words import in_languages, own_words, period_in
from tenring.proof.securing import open_secured
from tenring.proof.strict import JsonObject

STANDARDS: Final = ["a-3b", "ua-1"]
TEMPLATE: Final = Path(__file__).with_name("certificate.typ")
#: Name of the attached file by its media type.
NAMES: Final = {JWT: "credential.jwt", JSON: "credential.json"}
#: So many products stand on the first page of a certificate in one or two languages; more begin a page of their own.
FIRST_PAGE: Final = (0, 4, 4)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')


class Language(StrEnum):
    """In which languages a certificate is set."""

    ENGLISH = "en"
    CHINESE = "zh"
    BOTH = "both"

    @property
    def tags(self) -> tuple[str, ...]:
        """Language tags, the first one leads."""
        return ("zh", "en") if self is Language.BOTH else (self.value,)


def certificate_pdf(
    credential: JsonObject, secured: bytes, language: Language = Language.BOTH, *, at: datetime, link: str | None = None
) -> bytes:
    """The certificate of `credential`, with `secured` (the same credential as signed) attached.

    `at` is printed as the day of this print; the same input gives the same bytes with the same fonts. `link` is what
    the QR code opens; without one the credential's own address, where it is https.

    Raises:
        IssueError: it is no conformity credential, lacks a number or holder, is not what `secured` holds, there is no
            link, or no font can set its text.
        MalformedError: `secured` is neither a JWT nor JSON, or the link cannot be opened by a QR code.
    """
    require_same(credential, secured)
    facts = facts_of(credential)
    opens = link or str(credential.get("id") or "")
    if not opens.lower().startswith("https://"):
        raise IssueError(T("the credential has no https address that a QR code could open. Give one with --link"))
    kind = media_type_of(secured)
    content = _content(facts, language, link=opens, kind=kind, at=at)
    files = {
        "main.typ": TEMPLATE.read_bytes(),
        "certificate.json": json.dumps(content, ensure_ascii=False).encode(),
        "qr.svg": qr_svg(opens),
        "credential": secured,
    }
    return _typeset(files, at)


def require_same(credential: JsonObject, secured: bytes) -> None:
    """Require that `secured` holds this very credential: a certificate must not say one thing and prove another.

    Raises:
        IssueError: it holds another one, or may hide parts of it (SD-JWT).
        MalformedError: it cannot be read, or is not signed.
    """
    if media_type_of(secured) not in NAMES:
        raise IssueError(T("an SD-JWT cannot be printed: parts of it may be hidden. Print one as vc+jwt or JSON"))
    if open_secured(secured).document != {name: value for name, value in credential.items() if name != "proof"}:
        raise IssueError(T("the signed credential is not the one that would be printed"))


def _content(facts: Facts, language: Language, *, link: str, kind: str, at: datetime) -> JsonObject:
    """What the template is told, all of it text."""
    tags, name = language.tags, NAMES[kind]
    words = own_words(tags, attachment=name, printed=at.astimezone(UTC).date() if at.tzinfo else at.date())
    return {
        "languages": list(tags),
        "fonts": _families(facts, tags),
        "words": words,
        "title": f"{words['certificate'][0]} {facts.number}",
        "description": facts.title,
        "issuer": facts.issuer,
        "scheme": facts.scheme,
        "scheme_cjk": needs_chinese(facts.scheme),
        # a title that begins with the scheme says nothing that is not printed anyway
        "name": "" if facts.title.startswith(facts.scheme) else facts.title,
        "holder": facts.holder,
        "number": facts.number,
        "sample": facts.sample,
        "rows": _rows(facts, tags),
        "listing": _listing(facts, tags),
        "link": link,
        "attachment": {"name": name, "type": kind, "description": words["proof"][0]},
    }


def _families(facts: Facts, tags: Sequence[str]) -> list[str]:
    """Fonts in their order; Chinese is set by one that is there, or not at all."""
    family = chinese_family()
    if "zh" in tags or any(map(needs_chinese, facts.texts)):
        return [LATIN, require_chinese(family)]
    return [LATIN]


def _rows(facts: Facts, tags: Sequence[str]) -> list[JsonObject]:
    """The lines of the first page: what, and what the credential says."""
    rows = (
        (lambda: T("Certificate number"), facts.number),
        (lambda: T("Product category"), "; ".join(facts.categories)),
        (lambda: T("Criteria and revision"), _criteria(facts)),
        (lambda: T("Result"), _result(facts, tags)),
        (lambda: T("Statement"), facts.statement),
        (lambda: T("Holder's registration"), facts.holder_id),
        (lambda: T("Sites"), "; ".join(facts.sites)),
        (lambda: T("Valid"), " · ".join(period_in(tag, facts.valid_from, facts.valid_until) for tag in tags)),
        (lambda: T("Issued by"), f"{facts.issuer} ({facts.issuer_id})"),
        (lambda: T("Authorised by"), "; ".join(facts.authorised_by)),
        (lambda: T("Products covered"), _counted(facts, tags)),
    )
    return [
        {"label": in_languages(tags, label), "text": text, "strong": place == 0}
        for place, (label, text) in enumerate(rows)
        if text
    ]


def _criteria(facts: Facts) -> str | None:
    """The document by its name, and its revision by its identifier, without the address that all of them share."""
    if facts.profile_id is None:
        return facts.profile
    revision = facts.profile_id.rpartition("criteria/")[2]
    return f"{facts.profile} ({revision})" if facts.profile else revision


def _result(facts: Facts, tags: Sequence[str]) -> str:
    """The outcome as the credential has it, and how many clauses came out how."""
    clauses = facts.clauses
    told = in_languages(
        tags,
        lambda: T(
            "clauses: {met} met, {broken} not met, {open} not applicable, not shown or not checked",
            met=clauses.met, broken=clauses.broken, open=clauses.open,
        ),
    )  # fmt: skip
    if clauses.met == clauses.all:
        told = in_languages(tags, lambda: T("clauses: {count}, all met", count=clauses.all))
    parts = ([facts.result] if facts.result else []) + ([" · ".join(told)] if clauses.all else [])
    return "; ".join(part.rstrip(".") for part in parts)


def _counted(facts: Facts, tags: Sequence[str]) -> str | None:
    """How many products there are, where they do not stand on the first page."""
    if len(facts.products) <= FIRST_PAGE[len(tags)]:
        return None
    count = len(facts.products)
    return " · ".join(in_languages(tags, lambda: T("{count}, listed on the following pages", count=count)))


def _listing(facts: Facts, tags: Sequence[str]) -> JsonObject:
    """The table of products: only the columns in which something stands."""
    columns = (
        (lambda: "№", 0, "number", lambda place, _: str(place)),
        (lambda: T("Product"), 10, "text", lambda _, product: product.name),
        (lambda: T("Model"), 9, "code", lambda _, product: product.model or ""),
        (lambda: "GTIN", 0, "code", lambda _, product: product.gtin or ""),
        (lambda: T("Batch"), 4, "code", lambda _, product: product.batch or ""),
        (lambda: T("Item"), 4, "code", lambda _, product: product.item or ""),
    )
    cells = [[column[3](place, product) for column in columns] for place, product in enumerate(facts.products, 1)]
    used = [place for place in range(len(columns)) if any(row[place] for row in cells)]
    return {
        "title": in_languages(tags, lambda: T("Products covered")),
        "first_page": FIRST_PAGE[len(tags)],
        "columns": [
            {"label": in_languages(tags, columns[place][0]), "width": columns[place][1], "kind": columns[place][2]}
            for place in used
        ],
        "rows": [[row[place] for place in used] for row in cells],
    }


def _typeset(files: dict[str, bytes], at: datetime) -> bytes:
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        pdf = typst.compile(  # type: ignore[call-overload]  # its stubs forget that files may be given by name
            files, format="pdf", font_paths=fonts(), pdf_standards=STANDARDS, timestamp=moment
        )
    except typst.TypstError as error:
        raise IssueError(_why(error)) from error
    return bytes(pdf)


def _why(error: typst.TypstError) -> str:
    """What the typesetter could not do, in words that help: nearly always, set a sign that no font has."""
    found = _MISSING.search(error.message)
    if found is None:
        return T("the certificate cannot be set: {error}", error=error.message)
    sign = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), found[1])
    package = PACKAGE if needs_chinese(sign) else "fonts-noto-core"
    what = T("no installed font has the sign {sign} (U+{code})", sign=sign, code=f"{ord(sign[0]):04X}")
    return f"{what}. {T('Install one, on Debian: apt install {package}', package=package)}"
