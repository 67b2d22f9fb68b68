"""`tenring backup` and `tenring restore`: everything of a home and its database in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from tenring.commands.output import as_json, errors_explained, print_json, settings_of
from tenring.commands.serve import require_web
from tenring.language import T

_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command("backup")
@click.argument("target", metavar="FILE|DIR", type=click.Path(path_type=Path))
@click.option("--with-register", is_flag=True, help="The newest snapshot of the registers, too; else it is built anew.")
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="In a folder: remove all but the newest N.")
@as_json
@click.pass_context
def backup(context: click.Context, /, *, target: Path, with_register: bool, keep: int | None, as_json: bool) -> None:
    """Write accounts, uploads, results, decisions, keys (sealed), status and trust into one file.

    It may run while the server does. The key that signs sessions, passphrases and passwords of databases are not in it.

    Example: tenring backup /var/backups/tenring --keep 14
    """
    with errors_explained():
        require_web()
        from tenring.web.serve import prepare  # noqa: PLC0415 - Django is loaded only by who needs it

        settings = settings_of(context)
        prepare(settings, migrate=False)
        from tenring.web.backup.make import make  # noqa: PLC0415 - Django is set up now

        made = make(target, settings=settings, with_register=with_register, keep=keep)
    if as_json:
        print_json(made)
        return
    click.echo(T("{file}: {files:,} files, {rows:,} rows, {size:,} bytes", **vars(made) | {"removed": None}))
    for path in made.removed:
        click.echo(T("Removed: {file}", file=path))


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="There is something already: keep it beside and take its place.")
@click.option("--check", "only_check", is_flag=True, help="Only check that FILE is whole; nothing changes.")
@as_json
@click.pass_context
def restore(context: click.Context, /, *, file: Path, replace: bool, only_check: bool, as_json: bool) -> None:
    """Restore what `tenring backup` wrote into TENRING_HOME and its database; SQLite or PostgreSQL, whichever made it.

    Everything is checked and loaded beside first, then changes places; the server must be stopped.

    Example: tenring restore tenring-backup-20261128T030000Z.tar.gz --replace
    """
    with errors_explained():
        require_web()
        from tenring.web.backup import restore as restoring  # noqa: PLC0415 - Django is loaded only by who needs it

        settings = settings_of(context)
        if only_check:
            header = restoring.check(file, settings=settings)
            _say_checked(file, header.version, f"{header.created_at:%Y-%m-%d %H:%M} UTC", as_json=as_json)
            return
        done = restoring.restore(file, settings=settings, replace=replace)
    if as_json:
        print_json(done)
        return
    click.echo(T("Restored: {rows:,} rows, and the files of {home}", rows=done.rows, home=done.home))
    for kept in (done.before, done.before_schema):
        if kept:
            click.echo(T("What was there before is kept in {place}", place=kept))
    if not done.register:
        click.echo(T("Registers are not in it: tenring register build, unless a snapshot was there"))


def _say_checked(file: Path, version: str, when: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "version": version, "created_at": when})
        return
    click.echo(T("{file} is whole: version {version}, {when}", file=file, version=version, when=when))
