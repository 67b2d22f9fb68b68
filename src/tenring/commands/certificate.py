"""`tenring certificate`: a signed credential as a certificate to print."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

from tenring.commands.criteria import today
from tenring.commands.output import DATE, as_json, console, errors_explained, print_json
from tenring.exceptions import IssueError, UnusableInputError
from tenring.language import T
from tenring.proof.credential.content import read_content
from tenring.proof.digital_link import digital_link
from tenring.proof.files import write_whole
from tenring.proof.paper.attached import PdfLimits, credential_in_pdf, is_pdf
from tenring.proof.paper.certificate import Language, certificate_pdf
from tenring.proof.securing import open_secured
from tenring.proof.strict import JsonObject


@click.command()
@click.argument("credential", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File for the PDF.")
@click.option(
    "--language",
    type=click.Choice([one.value for one in Language]),
    default=Language.BOTH.value,
    show_default=True,
    help="English, Chinese, or both side by side.",
)
@click.option("--link", help="What the QR code opens (default: the credential's own https address).")
@click.option("--resolver", help="Let the QR code open the product, by its GTIN, at this resolver.")
@click.option("--on", type=DATE, help="Day that is printed as the day of printing (default: today).")
@as_json
def certificate(  # noqa: PLR0913 - one argument for each option
    *,
    credential: Path,
    out: Path,
    language: str,
    link: str | None,
    resolver: str | None,
    on: date | None,
    as_json: bool,
) -> None:
    """Print a signed credential (vc+jwt, or JSON with a proof) as a certificate: PDF/A-3, the credential attached.

    CREDENTIAL is a file, or - for standard input; a certificate made before is printed anew. Nothing is verified here:
    paper proves nothing, and the certificate says so. The same credential and day give the same file.

    Example: tenring certificate licence.jwt --out licence.pdf --language both
    """
    with errors_explained():
        secured = _read(credential)
        document = open_secured(secured).document
        opens = link if resolver is None else _product_link(document, resolver, link)
        at = datetime.combine(on or today(), time(), UTC)
        pdf = certificate_pdf(document, secured, Language(language), at=at, link=opens)
        _write(out, pdf)
    if as_json:
        print_json({"out": out, "bytes": len(pdf), "language": language})
    else:
        console().print(T("The certificate is in {path}", path=out), soft_wrap=True, markup=False)


def _read(path: Path) -> bytes:
    """The credential in a file, also where the file is a certificate."""
    limit = PdfLimits().bytes
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(limit + 1)
        else:
            with path.open("rb") as stream:
                raw = stream.read(limit + 1)
    except OSError as error:
        raise UnusableInputError(T("the file cannot be read: {error}", error=error.strerror), where=path) from error
    return credential_in_pdf(raw) if is_pdf(raw) else raw.strip()


def _product_link(credential: JsonObject, resolver: str, link: str | None) -> str:
    """The Digital Link of the one product of a credential."""
    gtins = read_content(credential).gtins
    if link is not None:
        raise IssueError(T("--link and --resolver both say what the QR code opens; give one of them"))
    if len(gtins) != 1:
        raise IssueError(T("the credential names {count} GTINs; --resolver needs exactly one", count=len(gtins)))
    return digital_link(gtins[0], resolver=resolver)


def _write(path: Path, pdf: bytes) -> None:
    try:
        write_whole(path, pdf)
    except OSError as error:
        raise UnusableInputError(T("the file cannot be written: {error}", error=error.strerror), where=path) from error
