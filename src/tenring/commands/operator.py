"""What the commands of a server's operator share: the database made ready, and who gives the command."""

from __future__ import annotations

import getpass

import click

from tenring.commands.output import settings_of
from tenring.commands.serve import require_web
from tenring.settings import Settings


def ready(context: click.Context) -> Settings:
    """The settings, once the database of the web application is as this version needs it."""
    require_web()
    from tenring.web.serve import prepare  # noqa: PLC0415 - Django is loaded only by who needs it

    settings = settings_of(context)
    prepare(settings)
    return settings


def who(settings: Settings) -> str:
    """Who gives the command, for the log."""
    return settings.who or getpass.getuser()
