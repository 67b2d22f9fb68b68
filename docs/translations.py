"""How complete each language is, and what is left to translate: `make translations`, `make translations TAG=ja`."""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import sys

from tenring.language import COMPLETE, KNOWN, LANGUAGES, SOURCE, share, texts_of


def untranslated(tag: str) -> list[str]:
    """The texts of the complete languages that a language does not have, in order."""
    everything = frozenset[str]().union(*(texts_of(one) for one in LANGUAGES))
    return sorted(everything - texts_of(tag))


def main(tag: str | None) -> int:
    """Print the texts that `tag` lacks, or how complete every language is."""
    if tag is None:
        for one in KNOWN.values():
            state = "offered" if one.tag in LANGUAGES else f"in preparation (offered from {COMPLETE:.0%})"
            sys.stdout.write(f"{one.tag:8} {share(one.tag):6.1%}  {state}  {one.name}\n")
        return 0
    if tag not in KNOWN or tag == SOURCE:
        sys.stderr.write(f"There is no language {tag} to translate into. Known: {', '.join(KNOWN)}\n")
        return 2
    sys.stdout.writelines(f"{text}\n" for text in untranslated(tag))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else None))
