"""A certificate is a PDF/A-3 that carries its proof, says what the credential says, and leads back to it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from pikepdf import pdfa

from proof.certificates import PRINTED, printed, products, proven, published, token
from proof.licences import BROKEN
from tenring.exceptions import IssueError, MalformedError
from tenring.language import current
from tenring.proof.digital_link import digital_link
from tenring.proof.paper import fonts
from tenring.proof.paper.attached import credential_in_pdf
from tenring.proof.paper.certificate import Language, certificate_pdf
from tenring.proof.paper.facts import facts_of
from tenring.proof.paper.qr import qr_svg, shortest
from tenring.proof.strict import JsonObject

#: What the validator does not know and ISO 19005-3 allows: XMP extension schemas (6.6.2.3.3) and the schemas of XMP
#: itself, among them that of PDF/UA; and fonts whose matrix stands in their parts (PDF Reference, 9.7.4).
NOT_CHECKED = (
    ("ISO_19005_3:6.6.2.3.1-1", "xmpTPg"),
    ("ISO_19005_3:6.6.2.3.1-1", "pdfaExtension"),
    ("ISO_19005_3:6.6.2.3.1-1", "pdfaSchema"),
    ("ISO_19005_3:6.6.2.3.1-1", "pdfaProperty"),
    ("ISO_19005_3:6.6.2.3.1-1", "pdfuaid:part"),
    ("ISO_19005_3:6.6.2.3.1-2", "xmpMM:History is not checked"),
    ("pikepdf:font-program", "FDArray FontMatrix is not supported"),
)

needs_chinese = pytest.mark.skipif(fonts.chinese_family() is None, reason=f"no Chinese font; install {fonts.PACKAGE}")
LANGUAGES = [Language.ENGLISH, *(pytest.param(one, marks=needs_chinese) for one in (Language.CHINESE, Language.BOTH))]


def text_of(pdf: bytes) -> str:
    """All text of a PDF, without the places where long words may break."""
    pages = pypdfium2.PdfDocument(pdf)
    found = "\n".join(page.get_textpage().get_text_range() for page in pages)
    return found.replace("\u200b", "").replace("\r\n", "\n")


def codes_on(pdf: bytes, page: int = 0) -> list[str]:
    """What a phone reads from a page printed at 200 dots per inch."""
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=200 / 72).to_numpy()
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def pages_of(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))


def changed(**subject: Any) -> JsonObject:
    document = published()
    return document | {"credentialSubject": document["credentialSubject"] | subject}


# the file


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 60])
def test_it_conforms_to_pdf_a_3b(language: Language, count: int) -> None:
    pdf = printed(published(products=products(count)), language)
    report = pdfa.validate_written(io.BytesIO(pdf), "3b")
    wrong = [
        one for one in report.findings if not any(one.rule == rule and say in one.message for rule, say in NOT_CHECKED)
    ]
    assert wrong == []


def test_the_validator_finds_what_breaks_pdf_a() -> None:
    with pikepdf.open(io.BytesIO(printed())) as pdf:
        del pdf.Root.OutputIntents
        del pdf.Root.AF
        broken = io.BytesIO()
        pdf.save(broken)
    rules = {one.rule for one in pdfa.validate_written(broken, "3b").findings}
    assert rules - {rule for rule, _ in NOT_CHECKED}


def test_it_says_that_it_is_pdf_a_3b_and_pdf_ua_1_and_embeds_every_font() -> None:
    with pikepdf.open(io.BytesIO(printed())) as pdf:
        about = pdf.open_metadata()
        assert (about["pdfaid:part"], about["pdfaid:conformance"], about["pdfuaid:part"]) == ("3", "B", "1")
        assert pdf.Root.Lang == "en"
        fonts_used = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts_used
        assert all("/FontFile3" in one.DescendantFonts[0].FontDescriptor for one in fonts_used)


@pytest.mark.parametrize("secure", [token, lambda document: json.dumps(proven(document)).encode()])
def test_the_credential_is_attached_as_the_source_and_found_again(secure: Any) -> None:
    document = published()
    secured = secure(document)
    pdf = certificate_pdf(document, secured, Language.ENGLISH, at=PRINTED)
    assert credential_in_pdf(pdf) == secured
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (file,) = opened.Root.AF
        kind = "/application/vc+jwt" if secure is token else "/application/vc"
        assert (file.AFRelationship, file.EF.F.Subtype) == ("/Source", kind)


def test_the_same_credential_and_day_give_the_same_bytes() -> None:
    assert printed() == printed()
    assert printed() != printed(at=datetime(2026, 11, 29, tzinfo=UTC))


def test_the_language_of_the_user_is_left_alone() -> None:
    printed()
    assert current() == "en"


# what it says


def test_it_says_what_the_credential_says() -> None:
    text = text_of(printed())
    for said in (
        "SAMPLE-0042",
        "Hexlowe Boards (sample)",
        "panels/2010-07-07",
        "1 June 2024 to 31 May 2027",
        "HX-MDF18",
        "02000000000428",
        "did:web:label.example",
        "Paper proves nothing: scan.",
        "Printed on 28 November 2026",
        "https://label.example/credential/SAMPLE-0042",
    ):
        assert said in text, said


@needs_chinese
def test_both_languages_stand_side_by_side() -> None:
    text = text_of(printed(language=Language.BOTH))
    assert "Certificate number" in text
    assert "证书编号" in text
    assert "2024年6月1日" in text.replace(" ", "")
    assert "31 May 2027" in text


def test_a_licence_that_rests_on_another_basis_is_not_said_to_meet_the_criteria() -> None:
    document = published(given=BROKEN, basis={"kind": "transition", "why": "Granted before."})
    text = text_of(printed(document))
    assert "granted-on-another-basis" in text
    assert "1 not met" in text
    assert "all met" not in text


def test_a_sample_is_called_one_across_the_page() -> None:
    assert "Sample: proves nothing" in text_of(printed())
    assert "Sample: proves nothing" not in text_of(printed(published(sample=None, holder={"name": "Hexlowe"})))


def test_a_licence_without_an_end_says_so() -> None:
    assert "no end stated" in text_of(printed(published(validity={"from": "2024-06-01"})))


def test_days_are_those_of_the_issuers_own_time_zone() -> None:
    document = published() | {"validFrom": "2024-06-01T00:00:00+08:00", "validUntil": "2027-05-31T23:59:59+08:00"}
    assert "1 June 2024 to 31 May 2027" in text_of(printed(document))


def test_the_last_day_is_one_that_is_valid_to_its_end() -> None:
    document = published() | {"validUntil": "2027-05-31T00:00:00Z"}
    assert "to 30 May 2027" in text_of(printed(document))


def test_sixty_models_go_over_pages_each_with_number_holder_and_code() -> None:
    pdf = printed(published(products=products(60)))
    text = text_of(pdf)
    assert all(f"HX-{place:04d}" in text for place in range(60))
    assert pages_of(pdf) >= 3
    for page in range(1, pages_of(pdf)):
        one = pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range()
        assert "SAMPLE-0042" in one
        assert "Hexlowe Boards (sample)" in one
        assert "Model" in one
        assert f"Page {page + 1} of {pages_of(pdf)}" in one
        assert codes_on(pdf, page) == ["https://label.example/credential/SAMPLE-0042"]


def test_what_leads_back_to_the_proof_stands_on_the_first_page_however_long_the_texts() -> None:
    document = changed(description="A long statement. " * 100)
    assert codes_on(printed(document)) == ["https://label.example/credential/SAMPLE-0042"]


def test_nothing_runs_over_the_edge() -> None:
    long = [{"name": "Board " * 40, "brand": "Hexlowe", "model": "X" * 120}]
    document = published(products=long, holder={"name": "Verylongnamewithoutanyspace" * 8})
    pdf = pypdfium2.PdfDocument(printed(document))
    for page in pdf:
        for place in page.get_objects():
            left, _, right, _ = place.get_bounds()
            assert left > 20, place.type
            assert right < page.get_width() - 20, place.type


# the code


def test_the_code_opens_the_credentials_own_address() -> None:
    assert codes_on(printed()) == ["https://label.example/credential/SAMPLE-0042"]


def test_the_code_of_a_digital_link_is_read_back_from_the_page() -> None:
    link = digital_link("2000000000428", resolver="https://id.label.example")
    (read,) = codes_on(printed(link=link))
    assert read == "HTTPS://ID.LABEL.EXAMPLE/01/02000000000428"
    assert digital_link("2000000000428", resolver="https://id.label.example").upper() == read


def test_capitals_are_used_only_where_the_rest_of_the_link_allows_them() -> None:
    assert shortest("https://id.example.org/01/09506000134352") == "HTTPS://ID.EXAMPLE.ORG/01/09506000134352"
    assert shortest("https://id.example.org/licence/a") == "https://id.example.org/licence/a"


@pytest.mark.parametrize(
    "link", ["http://x.example", "javascript:alert(1)", "https://x.example/ä", "https://x.example/ b"]
)
def test_a_code_opens_https_and_nothing_else(link: str) -> None:
    with pytest.raises(MalformedError, match="QR"):
        qr_svg(link)


def test_a_link_too_long_for_paper_is_refused() -> None:
    with pytest.raises(MalformedError, match="holds 300"):
        qr_svg("https://x.example/" + "a" * 300)


def test_a_credential_without_an_address_needs_a_link() -> None:
    document = published() | {"id": "urn:uuid:0"}
    with pytest.raises(IssueError, match="--link"):
        printed(document)
    assert codes_on(printed(document, link="https://label.example/x")) == ["https://label.example/x"]


# what is refused


def test_another_credential_than_the_printed_one_is_not_attached() -> None:
    with pytest.raises(IssueError, match="not the one"):
        certificate_pdf(published(), token(changed(name="Something else")), Language.ENGLISH, at=PRINTED)


@pytest.mark.parametrize("secured", [b"", b"nothing", b"{}", b"a.b.c", b'{"credentialSubject": {}}'])
def test_what_is_not_signed_is_not_attached(secured: bytes) -> None:
    with pytest.raises(MalformedError):
        certificate_pdf(published(), secured, Language.ENGLISH, at=PRINTED)


@pytest.mark.parametrize("lacking", ["id", "issuedToParty", "referenceScheme"])
def test_a_credential_that_lacks_what_a_certificate_says_is_refused(lacking: str) -> None:
    document = published()
    subject = {name: value for name, value in document["credentialSubject"].items() if name != lacking}
    with pytest.raises(IssueError, match="lacks"):
        facts_of(document | {"credentialSubject": subject})


def test_another_kind_of_credential_is_refused() -> None:
    with pytest.raises(IssueError, match="Digital Conformity Credential"):
        facts_of(published() | {"type": ["VerifiableCredential"]})


def test_without_a_chinese_font_chinese_is_refused_with_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "CHINESE", ("No Such Font",))
    with pytest.raises(IssueError, match="fonts-noto-cjk"):
        printed(language=Language.CHINESE)
    with pytest.raises(IssueError, match="fonts-noto-cjk"):
        printed(published(holder={"name": "青岛示例板材有限公司"}))
    assert printed()


def test_a_sign_that_no_font_has_is_named() -> None:
    with pytest.raises(IssueError, match=r"U\+0378"):
        printed(changed(name="No such letter \u0378"))
