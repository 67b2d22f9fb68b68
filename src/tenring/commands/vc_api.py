"""`tenring vc-api`: the VC-API over HTTP, for other systems and the suites that test them."""

from __future__ import annotations

from pathlib import Path

import click
from waitress import create_server

from tenring.commands.output import settings_of
from tenring.commands.passphrase import now, passphrase, passphrase_option
from tenring.language import T
from tenring.proof.did import did_key
from tenring.proof.keys.local import LocalSigner, generate
from tenring.proof.keys.public import Algorithm
from tenring.proof.keys.signer import Signer
from tenring.proof.keys.store import KeyStore
from tenring.proof.place import verifier_of
from tenring.proof.vcapi import Api

FORMATS = ("eddsa-jcs-2022", "vc+jwt")


@click.command(name="vc-api")
@click.option("--port", type=click.IntRange(0, 65535), default=8088, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--key", help="Name of a key to issue with; without it a new one is made that nobody recognises.")
@click.option("--format", "form", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("--recognition", is_flag=True, help="Refuse credentials of issuers that the trust list does not have.")
@passphrase_option
@click.pass_context
def command(  # noqa: PLR0913 - one argument for each option
    context: click.Context,
    *,
    port: int,
    host: str,
    key: str | None,
    form: str,
    recognition: bool,
    passphrase_file: Path | None,
) -> None:
    """Issue and verify credentials over HTTP, as the W3C's VC-API has it.

    Whoever reaches it can have credentials signed: leave it on this machine, or put it behind something that asks who
    is there. Without --key it signs with a key that lasts as long as it runs.

    Example: tenring vc-api --port 8088
    """
    settings = settings_of(context)
    signer = _throwaway() if key is None else KeyStore(settings.keys).signer(key, passphrase(settings, passphrase_file))
    issuer = signer.verification_method.partition("#")[0]
    verifier = verifier_of(settings, at=now())
    api = Api(verifier, signer, issuer, now, recognition=recognition, format=form)
    server = create_server(api, host=host, port=port, threads=4, ident="tenring")
    click.echo(
        T("VC-API at {address}, issuing as {issuer}", address=f"http://{host}:{server.effective_port}", issuer=issuer)
    )
    server.run()


def _throwaway() -> Signer:
    """A key that is gone with this process; its DID is the key itself."""
    secret = generate(Algorithm.ED25519)
    did = did_key(LocalSigner.of(Algorithm.ED25519, secret, "").key)
    return LocalSigner.of(Algorithm.ED25519, secret, f"{did}#{did.removeprefix('did:key:')}")
