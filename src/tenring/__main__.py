"""The `tenring` command: a group that loads each verb only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from tenring import __version__, language
from tenring.commands.output import errors_explained
from tenring.settings import from_environment

#: verb -> (module in tenring.commands, name of the click command in it)
VERBS = {
    "register": ("register", "register"),
    "search": ("search", "search"),
    "screen": ("screen", "screen"),
    "prepare": ("prepare", "command"),
    "match": ("match", "match"),
    "confirm": ("decisions", "confirm"),
    "reject": ("decisions", "reject"),
    "decisions": ("decisions", "decisions"),
    "evaluate": ("evaluate", "evaluate"),
    "categories": ("categories", "categories"),
    "catalogue": ("catalogue", "catalogue"),
    "criteria": ("criteria", "criteria"),
    "judge": ("judge", "judge"),
    "compare": ("compare", "compare"),
    "labels": ("labels", "labels"),
    "keys": ("keys", "keys"),
    "status": ("status", "status"),
    "trust": ("trust", "trust"),
    "bundle": ("bundle", "bundle"),
    "issue": ("issue", "command"),
    "certificate": ("certificate", "certificate"),
    "resolve": ("resolve", "resolve"),
    "verify": ("verify", "verify"),
    "vc-api": ("vc_api", "command"),
    "serve": ("serve", "serve"),
    "worker": ("worker", "worker"),
    "migrate": ("migrate", "migrate"),
    "backup": ("backup", "backup"),
    "restore": ("backup", "restore"),
    "api-key": ("api_key", "api_key"),
    "user": ("user", "user"),
    "demo": ("demo", "demo"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when used, so that `tenring --help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """All verbs, in the order in which a new user meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's own signature
        """The command of a verb."""
        if cmd_name not in VERBS:
            return None
        module, name = VERBS[cmd_name]
        command: click.Command = getattr(import_module(f"tenring.commands.{module}"), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tenring")
@click.option("--lang", help="Language of the output: en or zh (default: the environment's).")
@click.pass_context
def tenring(context: click.Context, lang: str | None) -> None:
    """Tenring: registers of certified products, and what of your purchases was green.

    Example: tenring register build, then tenring screen purchases.xlsx --economy CN
    """
    language.use(lang or language.from_environment())
    settings = context.obj = from_environment()
    if settings.languages:
        language.offer(settings.languages)
        language.use(lang or language.from_environment())


def main() -> None:
    """Entry point: errors a user can act on become one message and exit code 2."""
    with errors_explained():
        tenring(prog_name="tenring")


if __name__ == "__main__":
    main()
