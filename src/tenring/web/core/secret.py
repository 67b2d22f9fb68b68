"""The key that signs sessions and tokens: made once, kept beside the data, never in the repository."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tenring.exceptions import UnusableInputError
from tenring.language import T

FILE_NAME = "secret.key"
_BYTES = 48
_SHORTEST = 32


def kept(home: Path) -> str:
    """The key of a home; made, readable by its owner alone, when there is none yet.

    Raises:
        UnusableInputError: the file is there, but too short to be a key.
    """
    path = home / FILE_NAME
    if not path.is_file():
        home.mkdir(parents=True, exist_ok=True)
        _write_new(path, secrets.token_urlsafe(_BYTES))
    return _read(path)


def at_hand(home: Path) -> str:
    """The key of a home, else one for this process alone: nothing is written by merely loading the settings."""
    path = home / FILE_NAME
    return _read(path) if path.is_file() else secrets.token_urlsafe(_BYTES)


def long_enough(key: str) -> str:
    """A key that was set.

    Raises:
        UnusableInputError: it is too short to be a key.
    """
    if len(key) < _SHORTEST:
        do = T("Set one of {least} characters or more, made at random", least=_SHORTEST)
        raise UnusableInputError(T("it is too short to be a key"), where="TENRING_SECRET_KEY", do=do)
    return key


def _write_new(path: Path, key: str) -> None:
    """Write the key unless another process is faster; readers never see half of one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as stream:
        stream.write(key + "\n")
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _read(path: Path) -> str:
    key = path.read_text(encoding="ascii").strip()
    if len(key) < _SHORTEST:
        do = T("Remove the file: a new key is made, and everybody signs in again")
        raise UnusableInputError(T("it is too short to be a key"), where=path, do=do)
    return key
