"""`tenring issue`: licences become credentials that anyone can check."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from tenring.catalogue import Catalogue
from tenring.commands.criteria import library_of
from tenring.commands.output import DATE, Exit, as_json, counts, errors_explained, print_json, settings_of
from tenring.commands.passphrase import now, passphrase, passphrase_option
from tenring.exceptions import IssueError, UnusableInputError
from tenring.language import T
from tenring.proof.credential.build import Issuing, conformity_credential
from tenring.proof.credential.check import require_conformant
from tenring.proof.credential.granted import Granted, licence_of, read_issuer, read_licence
from tenring.proof.credential.registered import Wanted, licence_content
from tenring.proof.credential.written import FILES, WrittenIssuer, json_schema
from tenring.proof.files import write_whole
from tenring.proof.issue import Issued, StatusIndex, issue, require_own, status_entries, with_status
from tenring.proof.issue_many import Basis, Rejected, Statuses, issue_many
from tenring.proof.keys.kept import KeyPurpose
from tenring.proof.keys.signer import Signer
from tenring.proof.keys.store import KeyStore
from tenring.proof.material import Material
from tenring.proof.standards import Standards
from tenring.proof.status import StatusBook
from tenring.register.snapshot import Snapshot
from tenring.rulebook.library import Library
from tenring.rulebook.publish.names import Publication
from tenring.settings import Settings

REJECTED = "rejected.ndjson"
#: Rejected licences that are shown; all stand in the file.
_SHOWN = 20
_LINES = frozenset({".ndjson", ".jsonl"})


@dataclass(frozen=True)
class StoredKey:
    """A key of the store, opened in whichever process signs; what opens it is never shown."""

    folder: Path
    name: str
    secret: str = field(repr=False)

    def __call__(self) -> Signer:
        """The signer."""
        return KeyStore(self.folder).signer(self.name, self.secret)


@dataclass(frozen=True)
class StandardMaterial:
    """The pinned schemas at hand."""

    settings: Settings

    def __call__(self) -> Material:
        """Where they are found."""
        return Standards(self.settings)

    def __hash__(self) -> int:
        return hash((self.settings.home, self.settings.data))


@dataclass(frozen=True)
class Asked:
    """What the user asked for, by the names of the options."""

    licence: Path | None
    key: str
    archive_key: str | None
    out: Path
    issuer: Path | None
    status_index: str
    no_status: bool
    from_register: str | None
    number: str | None
    criteria: str | None
    on: date | None
    licence_file: Path | None
    passphrase_file: Path | None

    @property
    def many(self) -> bool:
        """Whether it is about more than one licence."""
        return self.licence is not None and (self.licence.is_dir() or self.licence.suffix.lower() in _LINES)


def _print_schema(context: click.Context, _option: click.Parameter, file: str | None) -> None:
    """Print the schema of a kind of file before anything else is asked for."""
    if file is not None:
        print_json(json_schema(file))
        context.exit()


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    new_file, folder = click.Path(dir_okay=False, path_type=Path), click.Path(file_okay=False, path_type=Path)
    indexes = click.Choice([one.value for one in StatusIndex])
    for option in reversed(
        (
            click.argument("licence", required=False, type=click.Path(exists=True, path_type=Path)),
            click.option("--key", required=True, metavar="NAME", help="Key that signs (see `tenring keys list`)."),
            click.option("--archive-key", metavar="NAME", help="Ed25519 key for the embedded proof, if --key is none."),
            click.option("--out", required=True, type=folder, help="Folder for the credentials."),
            click.option("--issuer", type=file, help="File that says who issues, for licences that do not say it."),
            click.option(
                "--status-index",
                type=indexes,
                default=StatusIndex.STRING.value,
                show_default=True,
                help="Write the place in a status list as a string (W3C) or as the integer of UNTP 0.7.0.",
            ),
            click.option("--no-status", is_flag=True, help="No status: it can never be suspended or withdrawn."),
            click.option("--from-register", metavar="PROGRAMME", help="Take the licence from the register snapshot."),
            click.option("--number", help="Number of the licence (with --from-register)."),
            click.option("--criteria", help="Revision it is judged by (with --from-register), if there are several."),
            click.option("--on", type=DATE, help="Day of the register (with --from-register; default: today)."),
            click.option("--licence-file", type=new_file, help="Write the licence file too (with --from-register)."),
            click.option(
                "--schema",
                type=click.Choice(list(FILES)),
                is_eager=True,
                expose_value=False,
                callback=_print_schema,
                help="Print the JSON Schema of licence or issuer files, and end.",
            ),
            passphrase_option,
            as_json,
            click.pass_context,
        )
    ):
        command = option(command)
    return command


@click.command("issue")
@_options
def command(context: click.Context, /, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Issue a licence as a signed Digital Conformity Credential (UNTP 0.7.0).

    LICENCE is a licence file (YAML), a folder of them, or NDJSON with one licence on each line. Each is judged by its
    criteria; one that they do not carry is refused, unless its file says on what other basis it was granted. Writes
    NUMBER.jwt (vc+jwt) and, with an Ed25519 key, NUMBER.json with an embedded proof for archives.

    Exit code 1: some of many licences were not issued; they stand in rejected.ndjson with the reason.

    Example: tenring issue licence.yml --key issuing-1 --out credentials
    """
    settings, asked = settings_of(context), Asked(**given)
    with errors_explained():
        if (asked.licence is None) is (asked.from_register is None):
            what = T("it is not clear what to issue")
            raise UnusableInputError(what, do=T("Give a licence file, or --from-register with --number"))
        if asked.many:
            raise SystemExit(_many(settings, asked, as_json=as_json))
        issued = _one(settings, library_of(context), asked)
    if as_json:
        print_json(issued)
        return
    click.echo(T("The licence {number} is issued: {credential}", number=issued.number, credential=issued.credential))
    for path in (issued.token, issued.archive):
        if path is not None:
            click.echo(f"  {path}")


# one


def _one(settings: Settings, library: Library, asked: Asked) -> Issued:
    catalogue, created = Catalogue(settings.catalog), now()
    granted = _granted(settings, asked, library, catalogue, created)
    issuer = _issuer(asked, granted.written.issuer)
    key, archive = _keys(settings, asked)
    signer = key()
    did = _did(issuer, signer)
    publication = Publication(library, catalogue.programmes, created.date(), issuer.criteria)
    document = conformity_credential(granted, Issuing(did, issuer, publication, catalogue.categories))
    statuses = _statuses(settings, asked, issuer)
    number = granted.written.number
    if statuses is not None:
        require_conformant(document, Standards(settings))
        places = statuses.book.enter(document["id"], licence=number, issuer=did, base=statuses.base, at=created)
        document = with_status(document, status_entries(places, statuses.index))
    return issue(
        document,
        signer,
        number=number,
        out=asked.out,
        created=created,
        archive=archive() if archive else None,
        material=Standards(settings),
    )


def _granted(settings: Settings, asked: Asked, library: Library, catalogue: Catalogue, created: datetime) -> Granted:
    if asked.licence is not None:
        return read_licence(asked.licence, library.properties)
    if asked.number is None:
        raise UnusableInputError(T("the number of the licence is missing"), do=T("Give it with --number"))
    wanted = Wanted(asked.from_register or "", asked.number, asked.on or created.date(), asked.criteria)
    content = licence_content(Snapshot.open(settings), wanted, library, catalogue.categories)
    if asked.licence_file is not None:
        _write(asked.licence_file, yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    where = f"{wanted.programme} {wanted.number}"
    return licence_of(content, library.properties, where=where, folder=Path())


# many


def _many(settings: Settings, asked: Asked, *, as_json: bool) -> Exit:
    created = now()
    issuer = _issuer(asked, None)
    key, archive = _keys(settings, asked)
    basis = Basis(
        catalog=settings.catalog.resolve(),
        compiled=settings.compiled,
        did=_did(issuer, key()),
        issuer=issuer,
        on=created.date(),
        key=key,
        archive=archive,
        material=StandardMaterial(settings),
    )
    statuses = _statuses(settings, asked, issuer)
    source = asked.licence or Path()
    run = issue_many(source, basis, out=asked.out, created=created, statuses=statuses, workers=settings.threads)
    if run.rejected:
        _write(asked.out / REJECTED, "".join(_line(one) for one in run.rejected))
    else:
        (asked.out / REJECTED).unlink(missing_ok=True)
    if as_json:
        print_json(run)
    else:
        click.echo(counts({T("issued"): run.issued, T("not issued"): len(run.rejected)}))
        for one in run.rejected[:_SHOWN]:
            click.echo(f"  {one.where}: {one.reason}")
        if len(run.rejected) > _SHOWN:
            click.echo(f"  … {asked.out / REJECTED}")
    return Exit.NEGATIVE if run.rejected else Exit.DONE


def _line(one: Rejected) -> str:
    return json.dumps({"where": one.where, "reason": one.reason}, ensure_ascii=False) + "\n"


# what both need


def _issuer(asked: Asked, own: WrittenIssuer | None) -> WrittenIssuer:
    """Who issues: as the licence says, else as the file says, else only what key and programme tell."""
    if own is not None:
        return own
    return read_issuer(asked.issuer) if asked.issuer is not None else WrittenIssuer()


def _keys(settings: Settings, asked: Asked) -> tuple[StoredKey, StoredKey | None]:
    store = KeyStore(settings.keys)
    for name in filter(None, (asked.key, asked.archive_key)):
        if store.key(name).purpose is not KeyPurpose.ISSUING:
            what = T(
                "the key {name} is not for issuing, but for: {purpose}", name=name, purpose=store.key(name).purpose
            )
            do = T("One key signs one kind of thing; see `tenring keys list`")
            raise IssueError(f"{what}. {do}")
    secret = passphrase(settings, asked.passphrase_file)
    archive = StoredKey(settings.keys, asked.archive_key, secret) if asked.archive_key else None
    return StoredKey(settings.keys, asked.key, secret), archive


def _did(issuer: WrittenIssuer, signer: Signer) -> str:
    """The issuer's DID, which the key must be one of: seen before anything is put into the status book."""
    did = issuer.id or signer.verification_method.partition("#")[0]
    require_own(did, signer)
    return did


def _statuses(settings: Settings, asked: Asked, issuer: WrittenIssuer) -> Statuses | None:
    if asked.no_status:
        return None
    if issuer.status_address is None:
        what = T("nothing says where the status lists are published")
        do = T("Write `status: https://…` in the issuer's file, or use --no-status: it could then never be suspended")
        raise UnusableInputError(what, do=do)
    return Statuses(StatusBook(settings.status_book), issuer.status_address, StatusIndex(asked.status_index))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        what = T("it cannot be written: {reason}", reason=error.strerror or str(error))
        raise UnusableInputError(what, where=path, do=T("Name another folder")) from error
