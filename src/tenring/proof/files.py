"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

#: What anybody may read: published documents.
PUBLIC: Final = 0o644
#: What only the owner may read: private keys and what is recorded about them.
PRIVATE: Final = 0o600


def write_whole(path: Path, body: bytes, *, mode: int = PUBLIC) -> None:
    """Put `body` at `path`: readers see the old file or the new one, also when the machine stops in between.

    Raises:
        OSError: it cannot be written; the old file is untouched.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    # Made with its final mode, so that it is never readable by others, not even for a moment.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that names in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
