"""`tenring trust`: who is recognised by whom, for what and since when; the lists that say so; and the pinned roots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from tenring.catalogue import Catalogue
from tenring.commands.output import DATE, as_json, console, errors_explained, print_json, settings_of
from tenring.commands.passphrase import name_of, now, passphrase, passphrase_option, who_option
from tenring.exceptions import IssueError, UnusableInputError
from tenring.language import T
from tenring.proof.bundle import SeenBundles, open_bundle
from tenring.proof.keys.multikey import multikey, public_from_multikey
from tenring.proof.keys.store import KeyStore
from tenring.proof.sources import sources
from tenring.proof.status import SeenInFile
from tenring.proof.trust.book import Entry, TrustBook
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import (
    EVERY,
    Action,
    Entity,
    PostalAddress,
    Recognition,
    TrustModel,
    category_name,
    scope,
)
from tenring.proof.trust.publish import (
    Drafted,
    draft_list,
    next_edition,
    placed,
    publish_anchors,
    publish_list,
    read_draft,
    sign_draft,
    write_draft,
)
from tenring.proof.trust.roots import Roots, pin_roots, read_roots, root, write_roots
from tenring.proof.trust.written import Written
from tenring.settings import Settings

Command = Callable[..., Any]
_WHY = "The reason, in your words; it is written to the log."
_ACTIONS = {"issue": Action.ISSUE, "recognise": Action.RECOGNISE}


def _options(*options: Command) -> Command:
    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


@click.group("trust")
def trust() -> None:
    """Who is recognised: record it, end it, publish it signed, and pin the roots that a verifier believes.

    Example: tenring trust show
    """


_add_options = _options(
    click.argument("name"),
    click.option("--did", required=True, help="The DID under which it issues, such as did:web:label.example."),
    click.option("--by", metavar="DID", help="Who recognises it (default: the network of the pinned roots)."),
    click.option("--may", type=click.Choice(list(_ACTIONS)), default="issue", show_default=True, help="To do what."),
    click.option("--scheme", "schemes", multiple=True, help="Scheme, by URI (default: the programme). Repeatable."),
    click.option("--category", "categories", multiple=True, help="Category by its id; * for every one. Repeatable."),
    click.option("--from", "since", type=DATE, help="First day (default: today)."),
    click.option("--until", type=DATE, help="Last day (default: none)."),
    click.option("--title", help="Its name, where NAME is no programme of the catalogue."),
    click.option("--legal-name", help="Its name in law."),
    click.option("--website", help="Its web page (default: the catalogue's)."),
    click.option("--street", help="Street of its postal address."),
    click.option("--locality", help="Town of its postal address."),
    click.option("--postal-code", help="Postal code."),
    click.option("--country", help="Economy of its postal address (default: the catalogue's)."),
    click.option("--electronic", metavar="ADDRESS", help="mailto: or https address under which it answers."),
    click.option("--list", "list_address", metavar="ADDRESS", help="Where it publishes whom it recognises itself."),
    click.option("--anchor", metavar="ADDRESS", help="Where its identity anchor is published."),
    click.option("--status-list", "status_lists", multiple=True, metavar="ADDRESS", help="Where its status lists are."),
    who_option,
    click.option("--why", required=True, help=_WHY),
    as_json,
    click.pass_context,
)


@trust.command("add")
@_add_options
def add(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Record that a programme (by its id in the catalogue), a network or a body is recognised, for what and since when.

    Example: tenring trust add blue-angel --did did:web:blue.example --category tyres --why "council of 3 March"
    """
    settings = settings_of(context)
    with errors_explained():
        at = now()
        entity = _entity(settings, given)
        recognition = Recognition(
            entity=entity.did,
            by=given["by"] or read_roots(settings.roots_file).network,
            action=_ACTIONS[given["may"]],
            scope=scope(given["schemes"] or [given["name"]], _categories(settings, given["categories"])),
            since=given["since"] or at.date(),
            until=given["until"],
            why=given["why"],
        )
        entry = TrustBook.of(settings).recognise(entity, recognition, Written(_who(settings, given), at, given["why"]))
    if given["as_json"]:
        print_json(_facts(entry))
        return
    click.echo(
        T(
            "Number {number}: {name} is recognised from {day} on",
            number=entry.number,
            name=entity.name,
            day=recognition.since,
        )
    )
    click.echo(T("It counts for others when the list is published: tenring trust publish"))


def _who(settings: Settings, given: dict[str, Any]) -> str:
    return name_of(settings, given["who"])


def _entity(settings: Settings, given: dict[str, Any]) -> Entity:
    """An entity as the options say; what they do not say of a programme, the catalogue does."""
    programme = Catalogue(settings.catalog).programmes.get(given["name"])
    if programme is None and not given["title"]:
        raise UnusableInputError(
            T("there is no programme {name}", name=repr(given["name"])),
            do=T("Take an id from `tenring catalogue list programmes`, or name the body with --title"),
        )
    names = {"en": given["title"]} if given["title"] else dict(programme.names) if programme else {}
    country = given["country"] or (programme.economy if programme else None)
    address = None
    if given["street"]:
        if not country:
            raise UnusableInputError(T("the address has no country"), do=T("Say which with --country"))
        address = PostalAddress(given["street"], country, given["locality"], given["postal_code"])
    return Entity(
        did=given["did"],
        names=names,
        legal_name=given["legal_name"],
        programme=programme.id if programme else None,
        website=given["website"] or (programme.website if programme else None),
        address=address,
        electronic=given["electronic"],
        list_address=given["list_address"],
        anchor=given["anchor"],
        status_lists=tuple(given["status_lists"]),
    )


def _categories(settings: Settings, given: Iterable[str]) -> tuple[str, ...]:
    known = Catalogue(settings.catalog).categories.by_id
    for category in given:
        if category != EVERY and category_name(category) not in known and ":" not in category_name(category):
            raise UnusableInputError(
                T("category {category} is not known", category=category),
                do=T("Take an id from `tenring catalogue list categories`"),
            )
    return tuple(given)


@trust.command("remove")
@click.argument("what")
@click.option("--last-day", type=DATE, help="The last day on which it is recognised (default: today).")
@who_option
@click.option("--why", required=True, help=_WHY)
@as_json
@click.pass_context
def remove(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """End a recognition by its number, or all of a programme or DID. Certificates of before are judged by the date.

    Example: tenring trust remove blue-angel --last-day 2026-11-30 --why "accreditation ended"
    """
    settings = settings_of(context)
    with errors_explained():
        at = now()
        book, last = TrustBook.of(settings), given["last_day"] or at.date()
        ended = [
            book.end(entry.number, last, Written(_who(settings, given), at, given["why"]))
            for entry in _meant(book, given["what"], last)
        ]
    if given["as_json"]:
        print_json([_facts(entry) for entry in ended])
        return
    for entry in ended:
        click.echo(T("Number {number} ends: its last day is {day}", number=entry.number, day=last))
    click.echo(T("It counts for others when the list is published: tenring trust publish"))


def _meant(book: TrustBook, what: str, last: date) -> list[Entry]:
    entries = book.entries()
    if what.isdecimal():
        return [entry for entry in entries if entry.number == int(what)] or _none_meant(what)
    entities = book.model("").entities
    found = [
        entry
        for entry in entries
        if what in {entry.recognition.entity, entities[entry.recognition.entity].programme}
        and (entry.recognition.until is None or entry.recognition.until > last)
    ]
    return found or _none_meant(what)


def _none_meant(what: str) -> list[Entry]:
    raise IssueError(T("nothing is recognised under {what} that could end. See `tenring trust show`", what=repr(what)))


@trust.command("show")
@click.option("--on", type=DATE, help="Only what holds on this day.")
@click.option("--bundle", type=click.Path(path_type=Path), help="What a bundle says under the pinned roots, instead.")
@click.option("--fetched", is_flag=True, help="What the published lists say under the pinned roots, instead.")
@click.option("--draft", type=click.Path(path_type=Path), help="What a draft says that you are asked to sign, instead.")
@as_json
@click.pass_context
def show(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Show what is recorded here, with its history; or what a verifier reads from a bundle or the published lists.

    Example: tenring trust show --on 2026-11-28
    """
    settings = settings_of(context)
    with errors_explained():
        if given["bundle"] or given["fetched"] or given["draft"]:
            _show_model(_drafted(given["draft"]) if given["draft"] else _read(settings, given["bundle"], now()), given)
            return
        book = TrustBook.of(settings)
        entries, model = book.entries(), book.model("")
    found = [entry for entry in entries if given["on"] is None or entry.recognition.holds(given["on"])]
    if given["as_json"]:
        print_json([_facts(entry) for entry in found])
        return
    table = Table(T("No."), *_headings(), T("who"), T("when"), T("why"))
    for entry in found:
        said = [entry.begun, *([entry.ended] if entry.ended else [])]
        log = (
            "\n".join(texts) for texts in zip(*((one.who, f"{one.at:%Y-%m-%d}", one.why) for one in said), strict=True)
        )
        table.add_row(str(entry.number), *map(Text, (*_cells(model, entry.recognition), *log)))
    console().print(table if found else T("Nobody is recognised here yet: tenring trust add"))


def _drafted(path: Path) -> TrustModel:
    listed = read_draft(path).listed
    known = {one.did: one for one in (listed.publisher, *listed.entities)}
    return TrustModel(listed.publisher.did, known, listed.recognitions)


def _read(settings: Settings, bundle: Path | None, at: datetime) -> TrustModel:
    roots = read_roots(settings.roots_file)
    opened = open_bundle(bundle, roots, at, seen=SeenBundles.of(settings)) if bundle else None
    seen = SeenInFile(settings.seen_lists)
    return load_trust(sources(settings, bundle=opened, network=bundle is None), roots, at, seen=seen)


def _show_model(model: TrustModel, given: dict[str, Any]) -> None:
    found = [one for one in model.recognitions if given["on"] is None or one.holds(given["on"])]
    if given["as_json"]:
        print_json({"recognitions": [_recognition(one) for one in found], "gaps": model.gaps, "as_of": model.as_of})
        return
    table = Table(*_headings())
    for one in sorted(found, key=lambda each: (each.entity, each.since)):
        table.add_row(*map(Text, _cells(model, one)))
    console().print(table)
    for gap in model.gaps:
        click.echo(gap.reason, err=True)


def _headings() -> tuple[str, ...]:
    return T("recognised"), T("by"), T("may"), T("schemes"), T("categories"), T("from"), T("until")


def _cells(model: TrustModel, one: Recognition) -> tuple[str, ...]:
    may = {Action.ISSUE: T("issue"), Action.RECOGNISE: T("recognise others")}[one.action]
    schemes, categories = (", ".join(sorted(names)) for names in (one.scope.schemes, one.scope.categories))
    until = one.until.isoformat() if one.until else ""
    return f"{model.name(one.entity)}\n{one.entity}", one.by, may, schemes, categories, one.since.isoformat(), until


def _facts(entry: Entry) -> dict[str, object]:
    return {"number": entry.number, **_recognition(entry.recognition), "begun": entry.begun, "ended": entry.ended}


def _recognition(one: Recognition) -> dict[str, object]:
    return {
        "entity": one.entity,
        "by": one.by,
        "action": one.action.value,
        "schemes": sorted(one.scope.schemes),
        "categories": sorted(one.scope.categories),
        "from": one.since,
        "until": one.until,
        "why": one.why,
    }


_publish_options = _options(
    click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the network's web server."),
    click.option("--key", required=True, help="The key that signs: a root key of yours."),
    click.option("--draft", type=click.Path(path_type=Path), help="A draft that another holder has signed before you."),
    click.option("--title", help="The network's name (for a new edition)."),
    click.option("--valid-for", type=int, default=30, show_default=True, help="Days for which the list is valid."),
    click.option("--etsi", metavar="ECONOMY", help="Also as an ETSI TS 119 602 list, for this economy (or EU)."),
    click.option("--street", help="Street of the network's postal address (for --etsi)."),
    click.option("--country", help="Economy of the network's postal address (for --etsi)."),
    click.option("--electronic", metavar="ADDRESS", help="mailto: or https address of the network (for --etsi)."),
    click.option("--website", help="The network's web page (for --etsi)."),
    passphrase_option,
    click.pass_context,
)


@trust.command("publish")
@_publish_options
def publish(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Sign the list of what is recorded here; when enough holders of root keys have signed, put it in its place.

    Until then it is a draft, which the next holder signs with --draft.

    Example: tenring trust publish --out public --key root-1 --title "Green Network"
    """
    settings = settings_of(context)
    with errors_explained():
        at = now()
        roots = read_roots(settings.roots_file)
        secret = passphrase(settings, given["passphrase_file"], prompt=T("Passphrase of {key}", key=given["key"]))
        signer = KeyStore(settings.keys).signer(given["key"], secret)
        drafted = _draft(settings, roots, given, at)
        click.echo(_summary(drafted))
        signed = sign_draft(drafted, signer, roots, at)
        draft = given["draft"] or settings.trust / "draft.json"
        if signed.lacking:
            write_draft(signed, draft)
            click.echo(
                T(
                    "Signed. {count} more must sign: tenring trust publish --draft {path}",
                    count=signed.lacking,
                    path=draft,
                )
            )
            return
        written = publish_list(signed, roots, given["out"], at, given["etsi"])
        draft.unlink(missing_ok=True)
    for path in written:
        click.echo(T("Published: {path}", path=path))


def _draft(settings: Settings, roots: Roots, given: dict[str, Any], at: datetime) -> Drafted:
    if given["draft"]:
        return read_draft(given["draft"])
    if not given["title"]:
        raise UnusableInputError(T("it is not said what the network is called"), do=T("Say it with --title"))
    address = PostalAddress(given["street"], given["country"]) if given["street"] and given["country"] else None
    publisher = Entity(
        roots.network, {"en": given["title"]}, website=given["website"], address=address, electronic=given["electronic"]
    )
    edition = next_edition(roots, publisher, given["out"], at, timedelta(days=given["valid_for"]))
    return draft_list(TrustBook.of(settings).listed(edition))


@trust.command("anchors")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the network's web server.")
@click.option("--key", required=True, help="The key that signs: the network's own, which its DID document publishes.")
@passphrase_option
@click.pass_context
def anchors(context: click.Context, *, out: Path, key: str, passphrase_file: Path | None) -> None:
    """Publish an identity anchor of each programme in the published list that names an address for it.

    Example: tenring trust anchors --out public --key network-1
    """
    settings = settings_of(context)
    with errors_explained():
        at = now()
        listed = read_draft(placed(out, read_roots(settings.roots_file).trust_list)).listed
        secret = passphrase(settings, passphrase_file, prompt=T("Passphrase of {key}", key=key))
        written = publish_anchors(listed, KeyStore(settings.keys).signer(key, secret), out, at)
    for path in written:
        click.echo(T("Published: {path}", path=path))


def _summary(drafted: Drafted) -> str:
    listed = drafted.listed
    return T(
        "Edition {number}, valid until {until}: {entities} recognised in {count} statements",
        number=listed.number,
        until=listed.valid_until.date() if listed.valid_until else "",
        entities=len(listed.entities),
        count=len(listed.recognitions),
    )


_roots_options = _options(
    click.option("--pin", type=click.Path(path_type=Path), help="Pin the roots in this file from now on."),
    click.option("--make", type=click.Path(path_type=Path), help="Write a file of roots, to hand to verifiers."),
    click.option("--network", metavar="DID", help="DID of the network (with --make)."),
    click.option("--list", "list_address", metavar="ADDRESS", help="Where its list will be published (with --make)."),
    click.option(
        "--root", "given_roots", multiple=True, metavar="HOLDER=KEY", help="A root key (Multikey) and who holds it."
    ),
    click.option("--threshold", type=int, default=2, show_default=True, help="How many holders must sign."),
    click.option("--publisher", "publishers", multiple=True, metavar="KEY", help="A key that may sign bundles alone."),
    who_option,
    click.option("--why", help=_WHY),
    as_json,
    click.pass_context,
)


@trust.command("roots")
@_roots_options
def roots(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Show the pinned roots, pin others, or make a file of roots from public keys.

    Whoever pins roots believes what they sign: compare their keys with those that the network has published elsewhere.

    Example: tenring trust roots --pin roots.json --why "keys compared by telephone"
    """
    settings = settings_of(context)
    with errors_explained():
        if given["make"]:
            found = _made_roots(given)
            write_roots(found, given["make"])
        elif given["pin"]:
            found = read_roots(given["pin"])
            pin_roots(settings, found, Written(_who(settings, given), now(), given["why"] or ""))
        else:
            found = read_roots(settings.roots_file)
    if given["as_json"]:
        print_json(
            {
                "network": found.network,
                "trust_list": found.trust_list,
                "threshold": found.threshold,
                "roots": [{"holder": one.holder, "key": multikey(one.key)} for one in found.roots],
                "publishers": found.publishers,
            }
        )
        return
    facts = {"network": found.network, "threshold": found.threshold, "list": found.trust_list}
    click.echo(T("{network}: {threshold} of these must sign {list}", **facts))
    table = Table(T("holder"), T("key"))
    for one in found.roots:
        table.add_row(Text(one.holder), multikey(one.key))
    for key in found.publishers:
        table.add_row(T("(signs bundles)"), key)
    console().print(table)


def _made_roots(given: dict[str, Any]) -> Roots:
    if not given["network"] or not given["list_address"]:
        raise UnusableInputError(T("it is not said whose roots these are"), do=T("Say it with --network and --list"))
    pairs = [text.rpartition("=") for text in given["given_roots"]]
    made = tuple(root(public_from_multikey(key), holder) for holder, _, key in pairs)
    return Roots(given["network"], given["list_address"], made, given["threshold"], tuple(given["publishers"]))
