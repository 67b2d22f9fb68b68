"""What every command that uses a key asks for: a passphrase (never as an argument), a name, the time."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tenring.exceptions import KeyMaterialError
from tenring.language import T
from tenring.settings import Settings

Command = Callable[..., Any]
#: A passphrase file is one line; a longer file is another file.
_LONGEST = 4096


def passphrase_option(command: Command) -> Command:
    """The option of commands that open a key."""
    return click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, allow_dash=True),
        help="File whose first line opens the key; - is standard input. Default: TENRING_PASSPHRASE,"
        " TENRING_PASSPHRASE_FILE, else you are asked.",
    )(command)


def who_option(command: Command) -> Command:
    """Who changes something."""
    return click.option("--who", help="Who does it (default: TENRING_WHO, else your name on this machine).")(command)


def passphrase(settings: Settings, file: Path | None, *, new: bool = False, prompt: str | None = None) -> str:
    """What opens a key: from the file named, the environment, or a person at a terminal (asked twice if `new`).

    An argument would be seen by everybody who lists processes, and stay in the shell's history.

    Raises:
        KeyMaterialError: there is none anywhere, or the file cannot be read.
    """
    if file is not None:
        return _from_file(file)
    if settings.passphrase:
        return settings.passphrase
    if settings.passphrase_file is not None:
        return _from_file(settings.passphrase_file)
    if not sys.stdin.isatty():
        raise KeyMaterialError(
            T("There is nobody to ask for the passphrase. Use --passphrase-file, TENRING_PASSPHRASE_FILE or a terminal")
        )
    return str(click.prompt(prompt or T("Passphrase"), hide_input=True, confirmation_prompt=new, err=True))


def _from_file(file: Path) -> str:
    try:
        with nullcontext(sys.stdin) if str(file) == "-" else file.open(encoding="utf-8") as stream:
            line = stream.readline(_LONGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise KeyMaterialError(T("{path}: the passphrase cannot be read", path=file)) from error
    text = line.rstrip("\r\n")
    if not text:
        raise KeyMaterialError(T("{path}: its first line is empty, where the passphrase should be", path=file))
    return text


def name_of(settings: Settings, who: str | None) -> str:
    """Who acts: as said, else TENRING_WHO, else the login name."""
    if name := who or settings.who:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def now() -> datetime:
    """The moment of an action: the one place where these commands read the clock."""
    return datetime.now(UTC)
