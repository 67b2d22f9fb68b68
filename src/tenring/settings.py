"""Settings, read once from the environment and passed on; nothing deeper reads the environment."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from tenring.exceptions import UnusableInputError
from tenring.language import ALL, KNOWN, T

PACKAGE = Path(__file__).resolve().parent
CATEGORY_MODEL = "categories.npz"

_MEMORY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:([KMGT])(I?))?B?\s*", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def _bundled_catalog() -> Path:
    """The catalogue inside an installed wheel, else the one of the checkout."""
    inside = PACKAGE / "catalog"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "catalog"


def memory_bytes(memory: str) -> int:
    """A size such as 2GiB or 500MB in bytes.

    Raises:
        UnusableInputError: it is no size.
    """
    found = _MEMORY.fullmatch(memory)
    if found is None:
        raise UnusableInputError(
            T("the setting TENRING_MEMORY has the value {value}, which is no size", value=repr(memory)),
            do=T("Write a number with its unit, for example 2GiB"),
        )
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** _POWERS[(found[2] or "").upper()])


@dataclass(frozen=True)
class Settings:
    """What a user may set. `from_environment` documents the names; every field has a working default."""

    home: Path = field(default_factory=lambda: Path(platformdirs.user_data_dir("tenring")))
    data: Path | None = None
    catalog: Path = field(default_factory=_bundled_catalog)
    memory: str = "2560MiB"
    threads: int = 2
    temporary: str | None = None
    """Folder, or with Spark an address, for what is larger than memory; None: beside the result."""
    partitions: int | None = None
    """Parts into which purchase lines are divided; None: as many as `memory` asks for."""
    max_file_bytes: int = 2 * 1024**3
    max_unpacked_bytes: int = 4 * 1024**3
    max_cell_chars: int = 100_000
    max_rows: int = 20_000_000
    who: str | None = None
    passphrase: str | None = field(default=None, repr=False)
    """Opens keys; nothing shows it."""
    passphrase_file: Path | None = None
    database_url: str | None = field(default=None, repr=False)
    """Database of the web application, for example `postgresql://user:password@host/name`; None: SQLite in `home`."""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    """Names under which the web application is reached; a request for another is refused."""
    https: bool = False
    """Whether a proxy in front speaks HTTPS and says so (X-Forwarded-Proto): cookies are then sent over HTTPS only."""
    proxy: str = "127.0.0.1"
    """With `https`: the address of that proxy, whose word on who asks is taken; `*`: whoever connects."""
    max_upload_bytes: int = 100 * 1024**2
    """Largest file that the web application takes."""
    keep_days: int = 7
    """Days after which an uploaded file and its results are removed."""
    sign_up: str | None = None
    """Who may make an account: see `SIGN_UP`; None: everybody where a machine serves itself alone, else the invited."""
    email_url: str | None = field(default=None, repr=False)
    """Where e-mail goes out, such as `smtp://user:password@host:587`; None: into files in `mail/` of the home."""
    email_from: str | None = None
    """Address that e-mail is sent from; None: `tenring@` and the first of `hosts`."""
    oidc: Path | None = None
    """TOML or JSON file with the OpenID Connect servers by which people may sign in; None: there are none."""
    invitation_days: int = 7
    """Days for which the link of an invitation into an organisation can be used."""
    file_minutes: int = 60
    """Minutes for which a signed address of a screening's file is good."""
    api_rate: int = 120
    """Requests to the API from one address in a minute; 0: as many as it likes."""
    api_rate_key: int = 1_200
    """Requests to the API with one key in a minute; 0: as many as it likes."""
    api_lines: int = 10_000
    """Most lines in one request to the API; more go to a job."""
    api_bytes: int = 32 * 1024**2
    """Largest request to the API; files for jobs are as large as `max_upload_bytes`."""
    api_issue_key: str | None = None
    """Name of the key with which the API issues credentials (VC-API); None: it issues none."""
    languages: tuple[str, ...] = ()
    """Languages in preparation that are offered besides the complete ones (`tenring.language`); `all`: every one."""
    secret_key: str | None = field(default=None, repr=False)
    """Signs sessions and tokens; None: a key made once and kept in `home`."""
    log_format: str = "auto"
    """See `LOG_FORMATS`."""
    log_level: str = "info"
    metrics: bool = False
    """Whether `/metrics` answers."""
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks from which `/metrics` answers."""
    metrics_token: str | None = field(default=None, repr=False)
    """What `/metrics` wants to be shown (`Authorization: Bearer …`), besides; None: nothing."""
    min_free_bytes: int = 256 * 1024**2
    """With less free disk in `home` the web application is not ready."""
    engine: str = "duckdb"
    spark_master: str | None = None
    """Where Spark runs, for example `local[4]` or `spark://host:7077`; None: here, with `threads` threads."""
    spark_conf: Mapping[str, str] = field(default_factory=dict)
    """Settings of Spark itself; they win over what we set."""
    spark_register: str = "auto"
    """How Spark joins lines with the register: see `REGISTER_WAYS`."""
    roots: Path | None = None
    """File of the pinned root keys; None: `roots.json` in the home folder."""
    allow_networks: tuple[str, ...] = ()
    """Networks inside one's own walls that may be connected to, such as `10.20.0.0/16`."""
    webhook_http_hosts: tuple[str, ...] = ()
    """Hosts to which webhooks may be sent without encryption, for trying things out."""

    @property
    def snapshots(self) -> Path:
        """Folder of published snapshots, one folder each, newest name last."""
        return self.home / "snapshots"

    @property
    def fetched(self) -> Path:
        """Folder of files fetched from publishers, one folder per register."""
        return self.home / "fetched"

    @property
    def decisions(self) -> Path:
        """File of what people decided about matches and categories."""
        return self.home / "decisions.sqlite"

    @property
    def compiled(self) -> Path:
        """Folder of compiled criteria; it may be deleted at any time."""
        return self.home / "compiled"

    @property
    def standards(self) -> Path:
        """Folder of contexts and schemas fetched from their publishers, by hash."""
        return self.home / "standards"

    @property
    def material(self) -> Path:
        """Folder of what was fetched for verifying: DID documents, status lists, trust lists. It may be deleted."""
        return self.home / "material"

    @property
    def trust(self) -> Path:
        """Folder of the trust list that is kept here, and of the bundles that were opened."""
        return self.home / "trust"

    @property
    def roots_file(self) -> Path:
        """The file of pinned root keys in use."""
        return self.roots or self.home / "roots.json"

    @property
    def keys(self) -> Path:
        """Folder of private keys, sealed, and of the log of their changes; only its owner may read it."""
        return self.home / "keys"

    @property
    def status_book(self) -> Path:
        """File that says which place in which status list belongs to which credential, and what became of it."""
        return self.home / "status.sqlite"

    @property
    def seen_lists(self) -> Path:
        """File of the newest status list seen at each address; an older one that turns up later is a replay."""
        return self.home / "seen-lists.sqlite"

    @property
    def uploads(self) -> Path:
        """Folder of files that visitors of the web application sent, with their results."""
        return self.home / "uploads"

    @property
    def mail(self) -> Path:
        """Folder of e-mail that is not sent; it holds links that open accounts, so only its owner may read it."""
        return self.home / "mail"

    @property
    def is_local(self) -> bool:
        """Whether the web application is reached from this machine alone, as far as its names say."""
        return set(self.hosts) <= LOCAL_HOSTS

    @property
    def signing_up(self) -> str:
        """Who may make an account: one of `SIGN_UP`. A server that others reach lets in only who was invited."""
        return self.sign_up or ("open" if self.is_local else "invited")

    @property
    def dumps(self) -> Path:
        """Folder of what was worked out about snapshots for others: checksums and deltas. It may be deleted."""
        return self.home / "dumps"

    def spill(self, beside: Path) -> Path:
        """Where work on the folder `beside` puts what is larger than memory: there, or in a folder of `temporary`.

        Its name is always the same, so that what a killed run left is found.
        """
        if self.temporary is None or "://" in self.temporary:
            return beside / ".spill"
        return Path(self.temporary) / f"tenring-{hashlib.sha256(str(beside.resolve()).encode()).hexdigest()[:16]}"

    @property
    def trained_model(self) -> Path:
        """Where `tenring categories train` puts a category model of one's own."""
        return self.home / "models" / CATEGORY_MODEL

    @property
    def category_model(self) -> Path | None:
        """The category model in use: one's own, else the catalogue's; None where there is none."""
        found = (self.trained_model, self.catalog / "models" / CATEGORY_MODEL)
        return next((path for path in found if path.is_file()), None)

    @property
    def samples(self) -> Path:
        """The bundled samples: invented licences and purchases in the official layouts."""
        return self.catalog / "samples"


#: Names of a machine for itself.
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

#: Who may make an account: anybody, who was invited to an organisation, or nobody (the operator makes them).
SIGN_UP = ("open", "invited", "closed")

ENGINES = ("duckdb", "spark")


#: auto: by the size of each table; broadcast: each executor has all of it; bucketed: divided by key once, lines move.
REGISTER_WAYS = ("auto", "broadcast", "bucketed")


#: auto: for people on a terminal, else JSON; line: for people; json: an object on each line.
LOG_FORMATS = ("auto", "line", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")

#: Variables whose value may stand in a file that the variable with `_FILE` behind it names; nothing shows them.
SECRETS = ("DATABASE_URL", "TENRING_SECRET_KEY", "TENRING_METRICS_TOKEN")
_FILE = "_FILE"


def _log_format(text: str) -> str:
    return _one_of(LOG_FORMATS, text.lower())


def _log_level(text: str) -> str:
    return _one_of(LOG_LEVELS, text.lower())


def _engine(text: str) -> str:
    return _one_of(ENGINES, text)


def _register_way(text: str) -> str:
    return _one_of(REGISTER_WAYS, text)


def _sign_up(text: str) -> str:
    return _one_of(SIGN_UP, text)


def _one_of(known: tuple[str, ...], text: str) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _networks(text: str) -> tuple[str, ...]:
    """`10.20.0.0/16,fd12:3456::/48` as networks, each written in full."""
    return tuple(str(ipaddress.ip_network(part.strip())) for part in text.split(",") if part.strip())


def _names(text: str) -> tuple[str, ...]:
    """`one, two` as a tuple."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _languages(text: str) -> tuple[str, ...]:
    """`ja, ko` as a tuple of languages that have a catalogue."""
    return tuple(_one_of((*KNOWN, ALL), one) for one in _names(text))


def _yes_or_no(text: str) -> bool:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
        _one_of(("1", "true", "yes", "0", "false", "no"), text.lower())
    ]


def _pairs(text: str) -> dict[str, str]:
    """`name=value;name=value` as a mapping."""
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    if not all(name.strip() and sign for name, sign, _ in pairs):
        raise ValueError(text)
    return {name.strip(): value.strip() for name, _, value in pairs}


#: environment variable -> (field, how its text is read, what it means)
VARIABLES: dict[str, tuple[str, Callable[[str], object], str]] = {
    "TENRING_HOME": ("home", Path, "folder for snapshots, fetched files and decisions"),
    "TENRING_DATA": ("data", Path, "folder with real data: registers/, purchases/"),
    "TENRING_CATALOG": ("catalog", Path, "another catalogue than the bundled one"),
    "TENRING_MEMORY": ("memory", str, "memory limit of bulk work, for example 2GiB"),
    "TENRING_THREADS": ("threads", int, "threads of bulk work"),
    "TENRING_TEMP": ("temporary", str, "folder (with Spark: or address) for temporary files (beside the result)"),
    "TENRING_PARTITIONS": ("partitions", int, "parts into which purchase lines are divided (by memory)"),
    "TENRING_MAX_FILE_BYTES": ("max_file_bytes", int, "largest input file that is opened"),
    "TENRING_MAX_UNPACKED_BYTES": ("max_unpacked_bytes", int, "largest size an XLSX may unpack to"),
    "TENRING_MAX_CELL_CHARS": ("max_cell_chars", int, "longest text kept of one cell"),
    "TENRING_MAX_ROWS": ("max_rows", int, "most rows read from one file"),
    "TENRING_ENGINE": ("engine", _engine, "what runs bulk work: duckdb (default) or spark"),
    "TENRING_SPARK_MASTER": ("spark_master", str, "where Spark runs: local[2], spark://host:7077, yarn, k8s://…"),
    "TENRING_SPARK_CONF": ("spark_conf", _pairs, "settings of Spark itself: name=value;name=value"),
    "TENRING_SPARK_REGISTER": (
        "spark_register",
        _register_way,
        "how Spark holds the register: auto (default), broadcast or bucketed",
    ),
    "TENRING_ROOTS": (
        "roots",
        Path,
        "file of the root keys under which issuers are recognised (roots.json in the home)",
    ),
    "TENRING_ALLOW_NETWORKS": (
        "allow_networks",
        _networks,
        "networks of your own from which credentials' material may be fetched: 10.20.0.0/16,fd12:3456::/48",
    ),
    "TENRING_WHO": ("who", str, "name that is recorded with what you confirm or reject, and with changes of keys"),
    "TENRING_PASSPHRASE": ("passphrase", str, "opens keys; a file is better, as the environment is seen by more"),
    "TENRING_PASSPHRASE_FILE": ("passphrase_file", Path, "file whose first line opens keys"),
    "DATABASE_URL": ("database_url", str, "database of the web application (SQLite in TENRING_HOME)"),
    "TENRING_HOSTS": ("hosts", _names, "names under which the web application is reached, separated by commas"),
    "TENRING_LANGUAGES": (
        "languages",
        _languages,
        "languages in preparation that are offered, too: ja,ko,zh-Hant,th,es,fr or all (none)",
    ),
    "TENRING_HTTPS": ("https", _yes_or_no, "1: a proxy in front of the web application speaks HTTPS"),
    "TENRING_PROXY": ("proxy", str, "with TENRING_HTTPS: address of that proxy; *: whoever connects is it"),
    "TENRING_MAX_UPLOAD_BYTES": ("max_upload_bytes", int, "largest file that the web application takes"),
    "TENRING_KEEP_DAYS": ("keep_days", int, "days after which uploaded files and their results are removed"),
    "TENRING_SIGN_UP": (
        "sign_up",
        _sign_up,
        "who may make an account: open, invited or closed (open for this machine alone, else invited)",
    ),
    "TENRING_EMAIL_URL": (
        "email_url",
        str,
        "where e-mail goes out: smtp://user:password@host:587, smtps://…, console: or file: (mail/ in the home)",
    ),
    "TENRING_EMAIL_FROM": ("email_from", str, "address that e-mail is sent from (tenring@ and the first host)"),
    "TENRING_OIDC": ("oidc", Path, "TOML or JSON file of the OpenID Connect servers by which people may sign in"),
    "TENRING_INVITATION_DAYS": ("invitation_days", int, "days for which an invitation into an organisation holds"),
    "TENRING_FILE_MINUTES": ("file_minutes", int, "minutes for which a signed address of a screening's file is good"),
    "TENRING_API_RATE": ("api_rate", int, "requests to the API from one address in a minute; 0: no limit"),
    "TENRING_API_RATE_KEY": ("api_rate_key", int, "requests to the API with one key in a minute; 0: no limit"),
    "TENRING_API_LINES": ("api_lines", int, "most lines in one request to the API; more go to a job"),
    "TENRING_API_BYTES": ("api_bytes", int, "largest request to the API"),
    "TENRING_WEBHOOK_HTTP_HOSTS": (
        "webhook_http_hosts",
        _names,
        "hosts to which webhooks may be sent over http, for trying things out (none)",
    ),
    "TENRING_API_ISSUE_KEY": ("api_issue_key", str, "name of the key with which the API issues credentials (none)"),
    "TENRING_SECRET_KEY": ("secret_key", str, "signs sessions; needed only by servers that share no TENRING_HOME"),
    "TENRING_LOG_FORMAT": ("log_format", _log_format, "the web application's log: auto, line (for people) or json"),
    "TENRING_LOG_LEVEL": ("log_level", _log_level, "least that is logged: debug, info, warning or error"),
    "TENRING_METRICS": ("metrics", _yes_or_no, "1: /metrics answers Prometheus"),
    "TENRING_METRICS_FROM": ("metrics_from", _networks, "networks from which /metrics answers, separated by commas"),
    "TENRING_METRICS_TOKEN": ("metrics_token", str, "token that /metrics wants to be shown (none)"),
    "TENRING_MIN_FREE_BYTES": ("min_free_bytes", int, "free disk in TENRING_HOME below which /readyz says no"),
}


def from_environment(environ: dict[str, str] | None = None) -> Settings:
    """Settings from the environment (see `VARIABLES`).

    Raises:
        UnusableInputError: a variable's text cannot be read as its type.
    """
    environ = dict(os.environ) if environ is None else environ
    values: dict[str, object] = {}
    for name, (attribute, read, meaning) in VARIABLES.items():
        text = environ.get(name) or _from_file(name, environ)
        if not text:
            continue
        try:
            values[attribute] = read(text)
        except ValueError as error:
            to = "to a number " if read is int else ""
            what = f"the setting {name} has the value {text!r}, which cannot be read"
            raise UnusableInputError(what, do=f"Set it {to}or remove it ({meaning})") from error
    return Settings(**values)  # type: ignore[arg-type]  # each value was read by the type in its row


def _from_file(name: str, environ: Mapping[str, str]) -> str | None:
    """The first line of the file that `NAME_FILE` names, for variables that are secrets.

    Raises:
        UnusableInputError: the file cannot be read, or is empty.
    """
    file = environ.get(name + _FILE) if name in SECRETS else None
    if not file:
        return None
    do = f"Make it a file that this user may read, whose first line is the value of {name}"
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInputError(f"the file of {name}{_FILE} cannot be read", where=file, do=do) from error
    if not lines or not lines[0].strip():
        raise UnusableInputError(f"the file of {name}{_FILE} is empty", where=file, do=do)
    return lines[0].strip()
