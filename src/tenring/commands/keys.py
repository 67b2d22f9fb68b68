"""`tenring keys`: keys that sign credentials, status lists and the trust list, and the documents that publish them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from tenring.commands.output import as_json, console, errors_explained, print_json, settings_of
from tenring.commands.passphrase import name_of, now, passphrase, passphrase_option, who_option
from tenring.exceptions import KeyMaterialError
from tenring.language import T
from tenring.proof.keys.cloud import Service
from tenring.proof.keys.hardware import Token
from tenring.proof.keys.kept import KeptKey, KeyPurpose, KeyState
from tenring.proof.keys.local import ISSUED
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import Algorithm
from tenring.proof.keys.store import By, KeyStore, state_name
from tenring.settings import Settings

Command = Callable[..., Any]


def _options(*options: Command) -> Command:
    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


_WHY = "The reason, in your words; it is written to the log."
_new_options = _options(
    click.argument("name", required=False),
    click.option(
        "--purpose", type=click.Choice([str(p) for p in KeyPurpose]), default="issuing", help="What the key signs."
    ),
    click.option(
        "--algorithm", type=click.Choice([str(a) for a in ISSUED]), default="Ed25519", help="The kind of key."
    ),
    click.option("--did", help="The did:web that publishes it (default: none; the key is its own DID, a did:key)."),
    click.option("--holder", help="Who holds a root key."),
    click.option("--pkcs11", metavar="LIBRARY", help="Keep it in a token that this PKCS#11 library reaches."),
    click.option("--token", metavar="LABEL", help="The token's label (with --pkcs11)."),
    click.option("--service", metavar="ADDRESS", help="Keep it at a signing service (transit of Vault or OpenBao)."),
    click.option("--mount", default="transit", show_default=True, help="Where the service has its transit engine."),
    click.option("--label", help="Name of the key in the token or at the service (default: NAME)."),
    click.option("--existing", is_flag=True, help="It is in the token or at the service already; do not make one."),
    who_option,
    click.option("--why", default="a new key", show_default=True, help=_WHY),
    passphrase_option,
    as_json,
    click.pass_context,
)


@click.group("keys")
def keys() -> None:
    """Keys that sign: make, list, rotate, retire, destroy, and publish their public halves.

    Example: tenring keys list
    """


@keys.command("new")
@_new_options
def new(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Make a key; its private half is sealed with a passphrase, or stays in a token or at a service.

    Example: tenring keys new issuing-1 --did did:web:label.example --why "first key"
    """
    settings = settings_of(context)
    with errors_explained():
        store = KeyStore(settings.keys)
        kept = _made(settings, store, given)
    if given["as_json"]:
        print_json(_facts(kept))
        return
    click.echo(T("The key {name} is made: {url}", name=kept.name, url=kept.verification_method))
    _tell_to_publish(kept)


def _made(settings: Settings, store: KeyStore, given: dict[str, Any]) -> KeptKey:
    purpose = KeyPurpose(given["purpose"])
    name = given["name"] or _free_name(store, purpose)
    by = By(name_of(settings, given["who"]), now(), given["why"])
    about = {"controller": given["did"], "holder": given["holder"]}
    place = _place(given, name)
    if place is None:
        prompt = T("A passphrase for the new key")
        secret = passphrase(settings, given["passphrase_file"], new=True, prompt=prompt)
        return store.new(name, purpose, secret, by, algorithm=Algorithm(given["algorithm"]), **about)
    prompt = T("PIN of the token") if given["pkcs11"] else T("Token of the service")
    secret = passphrase(settings, given["passphrase_file"], prompt=prompt)
    if not given["existing"]:
        place.generate(secret, Algorithm(given["algorithm"]))
    return store.enrol(name, purpose, place, secret, by, **about)


def _free_name(store: KeyStore, purpose: KeyPurpose) -> str:
    taken = {kept.name for kept in store.all()}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{purpose}-{number}") not in taken)


def _place(given: dict[str, Any], name: str) -> Token | Service | None:
    label = given["label"] or name
    if given["pkcs11"] and given["service"]:
        raise KeyMaterialError(T("A key is in a token or at a service. Use --pkcs11 or --service, not both"))
    if given["pkcs11"]:
        if not given["token"]:
            raise KeyMaterialError(T("Say which token: --token LABEL"))
        return Token(given["pkcs11"], given["token"], label)
    if given["service"]:
        return Service(given["service"], given["mount"], label)
    if given["existing"]:
        raise KeyMaterialError(T("--existing is for keys in a token or at a service: --pkcs11, --service"))
    return None


@keys.command("list")
@click.option("--log", is_flag=True, help="Every change of every key instead: who, when and why.")
@as_json
@click.pass_context
def list_(context: click.Context, *, log: bool, as_json: bool) -> None:
    """List the keys of this home, also retired and destroyed ones; or the log of their changes.

    Example: tenring keys list --log
    """
    with errors_explained():
        store = KeyStore(settings_of(context).keys)
        entries, found = (store.log(), []) if log else ([], store.all())
    if as_json:
        print_json(entries if log else [_facts(kept) for kept in found])
        return
    if log:
        table = Table(T("when"), T("key"), T("change"), T("who"), T("why"))
        for entry in entries:
            cells = (entry.at.isoformat(" "), entry.key, _change(entry.what), entry.who, entry.why)
            table.add_row(*map(Text, cells))
    else:
        table = Table(T("key"), T("purpose"), T("kind"), T("state"), T("from"), T("until"), T("published as"))
        for kept in found:
            # As plain text: in "did:key:" the terminal's library would see a picture of a key.
            table.add_row(*map(Text, _cells(kept)))
    console().print(table if entries or found else T("No keys yet: tenring keys new"))


def _cells(kept: KeptKey) -> tuple[str, ...]:
    state = state_name(kept.state) + (f" ({T('revoked')})" if kept.revoked else "")
    until = kept.until.date().isoformat() if kept.until else ""
    purpose = _purpose(kept.purpose) + (f" ({kept.holder})" if kept.holder else "")
    url = kept.verification_method
    return (kept.name, purpose, str(kept.key.algorithm), state, kept.since.date().isoformat(), until, url)


def _purpose(purpose: KeyPurpose) -> str:
    return {
        KeyPurpose.ISSUING: T("issuing"),
        KeyPurpose.STATUS: T("status lists"),
        KeyPurpose.ROOT: T("root of trust"),
    }[purpose]


def _change(what: str) -> str:
    return {
        "new": T("made"),
        "rotated": T("rotated: another took its place"),
        "retired": T("retired"),
        "revoked": T("revoked"),
        "destroyed": T("destroyed"),
    }.get(what, what)


def _facts(kept: KeptKey) -> dict[str, object]:
    return {
        "name": kept.name,
        "purpose": kept.purpose,
        "algorithm": kept.key.algorithm,
        "public_key": multikey(kept.key),
        "verification_method": kept.verification_method,
        "controller": kept.controller,
        "state": kept.state,
        "since": kept.since,
        "until": kept.until,
        "revoked": kept.revoked,
        "holder": kept.holder,
        "successor": kept.successor,
        "place": kept.place,
    }


@keys.command("rotate")
@click.argument("name")
@click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path),
    help="Passphrase of the new key (default: that of the old one).",
)
@who_option
@click.option("--why", default="regular rotation", show_default=True, help=_WHY)
@passphrase_option
@as_json
@click.pass_context
def rotate(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Put a new key in the place of one; what the old one signed still counts.

    Example: tenring keys rotate issuing-1
    """
    settings = settings_of(context)
    with errors_explained():
        by = By(name_of(settings, given["who"]), now(), given["why"])
        secret = passphrase(settings, given["passphrase_file"])
        file = given["new_passphrase_file"]
        new_secret = passphrase(settings, file) if file else None
        old, kept = KeyStore(settings.keys).rotate(given["name"], secret, by, new_secret=new_secret)
    if given["as_json"]:
        print_json({"retired": _facts(old), "new": _facts(kept)})
        return
    click.echo(
        T("{old} is retired; from now on {new} signs: {url}", old=old.name, new=kept.name, url=kept.verification_method)
    )
    if kept.controller != old.controller:
        click.echo(T("A did:key is its key, so the issuer has another DID now. Publish under a did:web to keep one."))
    _tell_to_publish(kept)
    click.echo(T("When you will not need it any more, destroy the old one: tenring keys destroy {name}", name=old.name))


@keys.command("retire")
@click.argument("name")
@click.option("--compromised", is_flag=True, help="Somebody else may have it: nothing it signed counts any more.")
@who_option
@click.option("--why", required=True, help=_WHY)
@as_json
@click.pass_context
def retire(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Let a key sign no more; what it signed still counts, unless it is compromised.

    Example: tenring keys retire issuing-1 --why "programme closed"
    """
    settings = settings_of(context)
    with errors_explained():
        by = By(name_of(settings, given["who"]), now(), given["why"])
        kept = KeyStore(settings.keys).retire(given["name"], by, compromised=given["compromised"])
    if given["as_json"]:
        print_json(_facts(kept))
        return
    if kept.revoked:
        click.echo(
            T("{name} is revoked: nothing it signed counts any more. Issue anew what it signed.", name=kept.name)
        )
    else:
        click.echo(T("{name} is retired and signs no more; what it signed still counts.", name=kept.name))
    _tell_to_publish(kept)


@keys.command("destroy")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@who_option
@click.option("--why", required=True, help=_WHY)
@as_json
@click.pass_context
def destroy(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Destroy the private half of a retired key for good; its public half stays, to verify.

    Example: tenring keys destroy issuing-1 --why "rotated a year ago"
    """
    settings = settings_of(context)
    with errors_explained():
        store = KeyStore(settings.keys)
        if store.key(given["name"]).state is KeyState.RETIRED and not given["yes"]:
            click.confirm(T("Nothing brings it back. Destroy {name}?", name=given["name"]), abort=True, err=True)
        kept = store.destroy(given["name"], By(name_of(settings, given["who"]), now(), given["why"]))
    if given["as_json"]:
        print_json(_facts(kept))
        return
    click.echo(T("The private half of {name} is destroyed. Copies in backups are yours to destroy.", name=kept.name))


@keys.command("publish")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The root folder of the web server of the did:web host.",
)
@as_json
@click.pass_context
def publish(context: click.Context, *, out: Path, as_json: bool) -> None:
    """Write the DID documents that publish the keys: .well-known/did.json, and one for each DID with a path.

    Example: tenring keys publish --out public
    """
    with errors_explained():
        written = KeyStore(settings_of(context).keys).publish(out)
    if as_json:
        print_json(written)
        return
    for did, path in written.items():
        click.echo(f"{did}: {path}")


def _tell_to_publish(kept: KeptKey) -> None:
    if kept.controller.startswith("did:web:"):
        click.echo(T("Publish the DID document, so that others know: tenring keys publish --out FOLDER"))
