"""The attacker's table, as far as paper goes: each row a test."""

from __future__ import annotations

import io
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.certificates import printed, published, token
from tenring.exceptions import IssueError, MalformedError
from tenring.proof.paper.attached import PdfLimits, credential_in_pdf, is_pdf

CERTIFICATE = printed()
CREDENTIAL = credential_in_pdf(CERTIFICATE)
#: Files on which pypdf raised other errors than its own.
CORPUS = Path(__file__).with_name("corpus")


def with_files(*files: tuple[str, bytes, str]) -> bytes:
    """A PDF with files attached: name, content, media type."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, content, kind in files:
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name, mime_type=kind)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def subject(**changes: Any) -> dict[str, Any]:
    document = published()
    return document | {"credentialSubject": document["credentialSubject"] | changes}


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "#panic()",
        '#import "@preview/x:0.1.0": *',
        "*bold* _it_ $x$ `raw` <label> @ref = Heading",
        "#sys.inputs // comment",
        '#"]}) \\ {\\"x\\":1}',
        "<script>alert(1)</script>",
        "%p of %q",
    ],
)
def test_a_hostile_name_is_printed_as_it_is_and_never_run(hostile: str) -> None:
    pdf = printed(subject(issuedToParty={"id": "urn:x", "name": hostile}))
    assert credential_in_pdf(pdf)
    text = "".join(page for page in _pages(pdf))
    assert hostile in text


@pytest.mark.parametrize(
    "sign", ["\u0000", "\u0007", "\u202e", "\u2066", "\u200b", "\ufeff", "\ue000", "\U000e0041", "\u0085"]
)
def test_a_sign_that_hides_or_turns_what_is_printed_is_refused(sign: str) -> None:
    with pytest.raises((IssueError, MalformedError)):
        printed(subject(name=f"Licence {sign} 42"))


def test_a_text_too_long_for_a_certificate_is_refused() -> None:
    with pytest.raises(IssueError, match="longer"):
        printed(subject(description="x" * 2001))


def test_a_large_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(MalformedError, match="larger"):
        credential_in_pdf(CERTIFICATE + b"\n" * PdfLimits().bytes)


def test_a_file_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = zlib.compress(b"{" + b" " * 100_000_000, 9)
    pdf = with_files(("credential.json", b"placeholder", "application/vc"))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        stream = opened.attachments["credential.json"].obj.EF.F
        stream.write(bomb, filter=pikepdf.Name.FlateDecode)
        out = io.BytesIO()
        opened.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    started = time.process_time()
    with pytest.raises(MalformedError):
        credential_in_pdf(out.getvalue())
    assert time.process_time() - started < 2


def test_many_files_are_refused() -> None:
    files = [(f"{number}.txt", b"x", "text/plain") for number in range(40)]
    with pytest.raises(MalformedError, match="32"):
        credential_in_pdf(with_files(*files))


def test_two_credentials_in_one_file_are_refused() -> None:
    other = token(subject(name="Another licence"))
    pdf = with_files(("a.jwt", CREDENTIAL, "application/vc+jwt"), ("b.jwt", other, "application/vc+jwt"))
    with pytest.raises(MalformedError, match="more than one"):
        credential_in_pdf(pdf)


def test_the_same_credential_twice_is_one() -> None:
    pdf = with_files(("a.jwt", CREDENTIAL, "application/vc+jwt"), ("b.jwt", CREDENTIAL, "application/vc+jwt"))
    assert credential_in_pdf(pdf) == CREDENTIAL


def test_other_files_beside_it_do_not_matter() -> None:
    other = (("terms.json", b'{"a": 1}', "application/json"), ("notes.txt", b"a.b.c", "text/plain"))
    assert credential_in_pdf(with_files(("a.jwt", CREDENTIAL, "application/vc+jwt"), *other)) == CREDENTIAL


def test_a_pdf_without_a_credential_is_refused() -> None:
    with pytest.raises(MalformedError, match="no credential"):
        credential_in_pdf(with_files())
    with pytest.raises(MalformedError, match="no credential"):
        credential_in_pdf(with_files(("terms.json", b'{"a": 1}', "application/json")))


def test_an_encrypted_pdf_is_refused() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(CERTIFICATE)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    with pytest.raises(MalformedError):
        credential_in_pdf(out.getvalue())


def test_an_attachment_that_points_to_itself_ends() -> None:
    with pikepdf.open(io.BytesIO(CERTIFICATE)) as pdf:
        pdf.Root.AF = pdf.make_indirect(pikepdf.Array([pdf.Root]))
        names = pdf.Root.Names.EmbeddedFiles = pdf.make_indirect(pikepdf.Dictionary())
        names.Kids = pikepdf.Array([names])
        out = io.BytesIO()
        pdf.save(out)
    with pytest.raises(MalformedError):
        credential_in_pdf(out.getvalue())


@pytest.mark.parametrize("raw", [b"", b"%PDF-", b"%PDF-1.7\n%%EOF", b"x" * 2000 + b"%PDF-1.7", CREDENTIAL])
def test_what_is_no_pdf_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        credential_in_pdf(raw)


def test_what_pypdf_no_longer_reads_is_damage_and_no_crash() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(CERTIFICATE)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    older = out.getvalue().replace(b"/Filter /FlateDecode", b"/Filter /Fl         ")
    with pytest.raises(MalformedError):
        credential_in_pdf(older)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.pdf")), ids=lambda path: path.stem)
def test_what_fuzzing_found_stays_found(path: Path) -> None:
    with suppress(MalformedError):
        assert credential_in_pdf(path.read_bytes())


def test_a_credential_is_not_taken_for_a_pdf() -> None:
    assert is_pdf(CERTIFICATE)
    assert not is_pdf(CREDENTIAL)


def test_no_file_is_a_credential_to_one_reader_and_a_pdf_to_another() -> None:
    assert not is_pdf(b'{"credentialSubject": "' + CERTIFICATE)
    assert not is_pdf(b"\n" + CERTIFICATE)


@settings(max_examples=100, deadline=5000)
@given(st.data())
def test_an_altered_certificate_is_read_or_refused_and_nothing_else_happens(data: st.DataObject) -> None:
    raw = bytearray(CERTIFICATE)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "copy"])):
            case "flip":
                raw[place] = data.draw(st.integers(0, 255))
            case "cut":
                del raw[place : place + data.draw(st.integers(1, 500))]
            case _:
                raw[place:place] = raw[: data.draw(st.integers(1, 500))]
    with suppress(MalformedError):
        assert credential_in_pdf(bytes(raw))


def _pages(pdf: bytes) -> list[str]:
    import pypdfium2  # noqa: PLC0415 - only here

    found = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return [text.replace("\u200b", "").replace("\r\n", " ") for text in found]
