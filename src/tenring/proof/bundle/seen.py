"""The newest bundle that was opened here: an older one that is shown later is a rollback, and refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tenring.exceptions import MaterialError, ProofError
from tenring.language import T
from tenring.proof.bundle.index import Base
from tenring.proof.files import write_whole
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import read_object
from tenring.settings import Settings


@dataclass(frozen=True)
class SeenBundles:
    """What was seen, by network, in one small file of the home."""

    path: Path

    @classmethod
    def of(cls, settings: Settings) -> SeenBundles:
        """What was seen in the home folder of `settings`."""
        return cls(settings.trust / "bundles-seen.json")

    def require_newest(self, network: str, bundle: Base) -> None:
        """Refuse a bundle that is older than one that was seen, or another of the same moment; else remember it.

        Raises:
            MaterialError: it is, or what was seen cannot be read or written.
        """
        seen = self._read()
        known = seen.get(network)
        if known is not None and bundle.made < known.made:
            raise MaterialError(
                T(
                    "this bundle of {made} is older than the one of {seen} that was used here before. Get the newest",
                    made=moment(bundle.made),
                    seen=moment(known.made),
                )
            )
        if known is not None and bundle.made == known.made and bundle.sha256 != known.sha256:
            raise MaterialError(
                T("there are two different bundles of {made}: do not use either", made=moment(bundle.made))
            )
        if known != bundle:
            self._write(seen | {network: bundle})

    def _read(self) -> dict[str, Base]:
        try:
            written = read_object(self.path.read_bytes())
            return {
                network: Base(read_moment(said["made"], "made"), str(said["sha256"]))
                for network, said in written.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ProofError, KeyError, TypeError) as error:
            do = T("Without it a rollback could not be told. Mend it, or remove it and get a bundle from its publisher")
            raise MaterialError(f"{T('{path} cannot be read: {error}', path=self.path, error=error)}. {do}") from error

    def _write(self, seen: dict[str, Base]) -> None:
        written = {network: {"made": moment(one.made), "sha256": one.sha256} for network, one in sorted(seen.items())}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, (json.dumps(written, indent=2) + "\n").encode())
        except OSError as error:
            raise MaterialError(T("{path} cannot be written: {error}", path=self.path, error=error)) from error
