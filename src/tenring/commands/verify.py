"""`tenring verify`: does this certificate hold on that day, who says so, and why."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from datetime import date
from enum import IntEnum
from pathlib import Path

import click
from rich.table import Table

from tenring.commands.output import DATE, as_json, console, print_json, settings_of
from tenring.commands.passphrase import now
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.proof.answers import Validity, Verification
from tenring.proof.given import LARGEST, credential_in
from tenring.proof.pasted import Kind, credential_of, kind_of, likely
from tenring.proof.picture import is_picture, texts_in
from tenring.proof.place import VerifierOf, verifier_of
from tenring.proof.sentence import CHECKS, OUTCOMES, VALIDITIES, sentence, written
from tenring.proof.verify import Question
from tenring.proof.verify_many import LINES, lines_in, verify_many
from tenring.settings import Settings


class Verdict(IntEnum):
    """Exit codes of this command, which tells three answers apart; 2 is unusable input everywhere."""

    VALID = 0
    INVALID = 1
    INDETERMINATE = 3


_WORST_FIRST = (Validity.INVALID, Validity.INDETERMINATE, Validity.VALID)
_EXITS = {
    Validity.VALID: Verdict.VALID,
    Validity.INVALID: Verdict.INVALID,
    Validity.INDETERMINATE: Verdict.INDETERMINATE,
}


@click.command()
@click.argument("credential")
@click.option("--on", type=DATE, help="Day of the question (default: today).")
@click.option(
    "--bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Use this bundle, and no network."
)
@click.option("--product", help="GTIN or model in front of you: is it one of those certified?")
@as_json
@click.pass_context
def verify(  # noqa: PLR0913 - one argument for each option
    context: click.Context, *, credential: str, on: date | None, bundle: Path | None, product: str | None, as_json: bool
) -> None:
    """Check a certificate: exit code 0 valid, 1 not valid, 2 unusable input, 3 it cannot be said.

    CREDENTIAL is a file (a token, JSON, a PDF certificate, or a picture of its QR code), - for standard input, or an
    https address. A file named .ndjson or .jsonl holds one credential on each line: each gets its answer, and the worst
    one decides the exit code.

    Example: tenring verify licence.jwt --bundle network.tenring --product 04006381333931
    """
    settings, at = settings_of(context), now()
    question = Question(on=on or at.date(), at=at, product=product)
    if Path(credential).suffix.lower() in LINES and "://" not in credential:
        opener = VerifierOf(settings, at, bundle)
        raise SystemExit(_many(Path(credential), opener, question, as_json=as_json))
    raw = read_credential(credential, settings, offline=bundle is not None)
    answer = verifier_of(settings, at=at, bundle=bundle).verify(raw, question)
    if as_json:
        print_json(written(answer))
    else:
        _print(answer)
    raise SystemExit(_EXITS[answer.validity])


def _many(path: Path, opener: VerifierOf, question: Question, *, as_json: bool) -> Verdict:
    """Print an answer for each line, and how many there are of each.

    Raises:
        UnusableInputError: the file cannot be read, or has no line.
        TenringError: no verifier can be opened, or a worker ended before its work.
    """
    counts: Counter[Validity] = Counter()
    try:
        for answer in verify_many(lines_in(path), opener, question, workers=opener.settings.threads, sentences=True):
            counts[answer.validity] += 1
            click.echo(
                json.dumps(vars(answer), ensure_ascii=False) if as_json else f"{answer.number}: {answer.sentence}"
            )
    except OSError as error:
        raise UnusableInputError(T("it cannot be read: {error}", error=error.strerror or error), where=path) from error
    if not counts:
        raise UnusableInputError(
            T("there is nothing in it"), where=path, do=T("Write one credential on each line, as a token or as JSON")
        )
    told = ", ".join(f"{counts[one]:,} {T(VALIDITIES[one])}" for one in Validity if counts[one])
    click.echo(T("{count} credentials: {answers}", count=f"{counts.total():,}", answers=told), err=as_json)
    return next(_EXITS[one] for one in _WORST_FIRST if counts[one])


def read_credential(where: str, settings: Settings, *, offline: bool = False) -> bytes:
    """The credential at a path, on standard input (`-`) or at an https address; out of a PDF the one attached to it.

    Of a picture it is the one that its QR code holds or leads to.

    Raises:
        UnusableInputError: it cannot be read, is empty or too large; a picture has no QR code that leads to one.
        ProofError: the address cannot be asked, or the PDF carries no credential.
    """
    if _is_address(where):
        return credential_of(where, settings)
    raw = sys.stdin.buffer.read(LARGEST + 1) if where == "-" else _from_file(Path(where))
    return _from_picture(raw, where, settings, offline=offline) if is_picture(raw) else credential_in(raw, where)


def _is_address(where: str) -> bool:
    return where.lower().startswith(("https://", "http://"))


def _from_picture(raw: bytes, where: str, settings: Settings, *, offline: bool) -> bytes:
    """The credential that the QR code of a picture holds or leads to.

    Raises:
        UnusableInputError: it has none that does, or several; or the network would have to be asked, and may not.
    """
    texts = texts_in(raw, where)
    text = likely(texts)
    if text is None:
        what = T(
            "the picture has {count} QR codes: {texts}", count=len(texts), texts=", ".join(one[:80] for one in texts)
        )
        raise UnusableInputError(what, where=where, do=T("Give the text of the right one instead of the picture"))
    kind = kind_of(text)
    if kind is Kind.NUMBER:
        do = T("Look it up: tenring search {number}", number=shlex.quote(text))
        raise UnusableInputError(T("the QR code holds no certificate, but {found}", found=text), where=where, do=do)
    if kind is Kind.ADDRESS and offline:
        do = T("Give the certificate as a file, or leave --bundle out")
        raise UnusableInputError(T("the QR code leads to {found}, on the network", found=text), where=where, do=do)
    return credential_of(text, settings)


def _from_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        do = T("Give a file, - for standard input, or an https address")
        raise UnusableInputError(
            T("it cannot be read: {error}", error=error.strerror or error), where=path, do=do
        ) from error


def _print(answer: Verification) -> None:
    click.echo(sentence(answer))
    table = Table(box=None, pad_edge=False)
    for heading in (T("check"), T("answer"), T("why")):
        table.add_column(heading, overflow="fold")
    for finding in answer.findings:
        table.add_row(T(CHECKS[finding.check]), T(OUTCOMES[finding.outcome.value]), finding.reason)
    console().print(table)
    if answer.material_as_of is not None:
        click.echo(T("Rests on material of {moment}", moment=answer.material_as_of.isoformat(timespec="seconds")))
