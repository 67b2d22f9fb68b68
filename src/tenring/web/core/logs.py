"""The log: a line for each event, for people on a terminal, JSON for machines; nothing in it that is nobody's business.

Django's, waitress's and the queue's own messages take the same way. Request paths are left out (routes are named
instead): they hold what people search for, and tokens of links in letters.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_REMOVED = "[removed]"

#: Values under these names are never written, whoever logs them.
_SECRET_NAMES = re.compile(
    r"pass|secret|token|cookie|authori[sz]ation|session|e-?mail|^query$|^q$|file_?name", re.IGNORECASE
)

#: What may stand within a text -> what is written instead.
_WITHIN = (
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {_REMOVED}"),
    (re.compile(r"\btenring_[\w-]{16,}"), _REMOVED),
    (re.compile(r"://[^/\s@]+@"), f"://{_REMOVED}@"),
    (re.compile(r"\?[\w%.~+-]+=\S*"), f"?{_REMOVED}"),
    (re.compile(r"(?i)\b((?:tenring_)?(?:session|csrf)\w*=)[^\s;]+"), rf"\1{_REMOVED}"),
)

#: At the end of messages of Django and waitress: the path of the request.
_PATH = re.compile(r"(?::| while serving) /.*\Z", re.DOTALL)

Event = MutableMapping[str, Any]


def configuration(form: str, level: str) -> dict[str, Any]:
    """Django's `LOGGING` for a form and a level of `tenring.settings`; others than ours speak from `warning` on."""
    others = "WARNING" if level in {"debug", "info"} else level.upper()
    quiet = {"handlers": [], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "tenring.web.core.logs.formatter", "form": form}},
        "filters": {"twice": {"()": "tenring.web.core.logs.NotSaidTwice"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["twice"]}},
        "root": {"handlers": ["stderr"], "level": others},
        "loggers": {
            "tenring": {"level": level.upper()},
            # What a visitor asked wrongly (404, 400) stands in the line of the request; here only what is ours.
            "django.request": {"level": "ERROR"},
            "django.security.csrf": {"level": "ERROR"},
            "django.security.DisallowedHost": quiet,
            # Without handlers of its own Django would add one that writes mails, and one for its own server.
            "django": {"handlers": [], "level": others},
        },
    }


def begin() -> None:
    """Let `structlog.get_logger` write through the handlers of `configuration`."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def formatter(form: str) -> logging.Formatter:
    """What makes a line of a record: `form` is one of `LOG_FORMATS`; `auto` asks whether a terminal reads."""
    terminal = sys.stderr.isatty()
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "line" or (form == "auto" and terminal):
        plain = structlog.dev.plain_traceback  # a rich one shows the values of variables
        last = structlog.dev.ConsoleRenderer(colors=terminal, exception_formatter=plain)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            _without_path,
        ],
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_secrets,
            last,
        ],
    )


def _without_path(_: object, __: str, event: Event) -> Event:
    """Name the route where others name the path."""
    event["event"] = _PATH.sub("", str(event["event"]))
    match = getattr(getattr(event.get("_record"), "request", None), "resolver_match", None)
    if match is not None:
        event["route"] = match.view_name or match.route
    return event


def _without_secrets(_: object, __: str, event: Event) -> Event:
    """Remove what names, patterns and control signs give away."""
    return {name: _REMOVED if _SECRET_NAMES.search(name) else _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    for pattern, instead in _WITHIN:
        value = pattern.sub(instead, value)
    if name == "exception":
        return value
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in value)


class NotSaidTwice(logging.Filter):
    """Leaves out what we say ourselves, and better: `jobs` of each job, `observed` of each request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if record.name == "django.request":
            return bool(record.exc_info)  # an error with its traceback; the status alone is in the line of the request
        return not (record.name.startswith("django_tasks") and str(record.msg).startswith("Task id=%s path=%s"))
