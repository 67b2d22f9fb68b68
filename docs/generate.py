"""Write the generated pages of docs/reference from the code and the catalogue: `make docs` runs it before the site.

A page that can be made is never written by hand, so that the documentation cannot say anything else than the code.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pyarrow as pa
import yaml

from tenring.__main__ import tenring
from tenring.catalogue import Catalogue
from tenring.catalogue.categories import Categories, Category
from tenring.catalogue.programmes import Programme
from tenring.matching.v1 import weights
from tenring.matching.v1.features import CROSSES, FEATURES
from tenring.matching.v1.rules import Rule
from tenring.model import tables
from tenring.proof.credential.written import FILES as LICENCE_FILES
from tenring.register.definition import RegisterDefinition, load_registers
from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import ALWAYS, Quantity
from tenring.rulebook.library import load_library
from tenring.rulebook.revision import Clause, Revision
from tenring.rulebook.schema import reference
from tenring.settings import SECRETS, VARIABLES, Settings
from tenring.web.accounts.addresses import ADDRESSES, Open
from tenring.web.accounts.roles import ALLOWED, Action, Role, action_name, role_name

if TYPE_CHECKING:
    from tenring.catalogue import Rule
    from tenring.catalogue.rules import Item

DOCS = Path(__file__).resolve().parent
REFERENCE = DOCS / "reference"
#: What each column of each table means; the types stand in tenring.model.tables.
COLUMNS = REFERENCE / "columns.yml"

#: Programme type in the catalogue -> how we call it.
TYPES = {
    "I": "Type I ecolabel (ISO 14024)",
    "II": "self-declared claim (Type II, ISO 14021)",
    "III": "declaration (Type III, ISO 14025)",
    "energy": "energy label",
    "it": "label for information technology",
    "other": "certification mark",
}
ASSURANCE = {"third_party": "third party", "regulator": "regulator", "self_declared": "self-declared"}

_EXAMPLE = re.compile(r"^Example:\s*(.*)", re.DOTALL)
_COMMENT = re.compile(r"((?:^#: ?.*\n)+)([A-Z][A-Z_0-9]*) = ", re.MULTILINE)


# commands


def commands() -> str:
    """Every command with its arguments, options, exit codes and example, as click knows them."""
    parts = [
        "# Commands",
        (
            "Every command takes `--help` (or `-h`), and `--json` for machines. Results go to standard output; "
            "progress (only on a terminal) and errors go to standard error."
        ),
        _table(("exit code", "meaning"), EXIT_CODES),
        "`tenring --lang zh …` (or the environment's language) makes the output Chinese.",
    ]
    for path, command in every_command():
        parts.append(f"{'##' if len(path) == 1 else '###'} {' '.join(path)}")
        parts += _command(path, command)
    return _page(*parts)


EXIT_CODES = (
    ("0", "done"),
    ("1", "the answer is negative (nothing found), or some rows were rejected"),
    ("2", "unusable input: nothing was written"),
)


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands below `tenring`, groups before their members, each with the words that call it."""
    yield from _below(tenring, ("tenring",))


def _below(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            if member is not None:
                yield from _below(member, (*path, name))


def _command(path: tuple[str, ...], command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path))
    yield f"```\n{' '.join([*path, *command.collect_usage_pieces(context)])}\n```"
    for paragraph in [*_paragraphs(command.help), *_paragraphs(command.epilog)]:
        example = _EXAMPLE.match(paragraph)
        yield f"Example:\n\n```\n{example[1].strip()}\n```" if example else paragraph
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        yield _table(("option", "meaning"), [_option(option, context) for option in options])


def _paragraphs(text: str | None) -> list[str]:
    """Paragraphs of a help text; one that click must not wrap becomes a block of code."""
    found = re.split(r"\n\s*\n", inspect.cleandoc(text or ""))
    return [_verbatim(paragraph) if "\b" in paragraph else paragraph for paragraph in found if paragraph.strip()]


def _verbatim(paragraph: str) -> str:
    lines = [line for line in paragraph.split("\n") if line.strip() != "\b"]
    return "```\n" + inspect.cleandoc("\n".join(lines)) + "\n```"


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    record = option.get_help_record(context)
    names, meaning = record or ("/".join(option.opts), option.help or "")
    return f"`{names}`", meaning


# settings


def settings() -> str:
    """Every environment variable with its meaning and its default."""
    defaults = {field.name: _default(field.name) for field in fields(Settings)}
    kinds = {field.name: _kind(str(field.type)) for field in fields(Settings)}
    rows = [
        (f"`{name}`", meaning, f"{kinds[to]}{_unit(name)}", f"`{defaults[to]}`")
        for name, (to, _, meaning) in VARIABLES.items()
    ]
    return _page(
        "# Settings",
        "Settings are environment variables, read once when a command starts. Nothing needs to be set.",
        _table(("variable", "meaning", "type", "default"), rows),
        f"{', '.join(f'`{name}`' for name in SECRETS)} are secrets: each may stand in a file, as its first line, that "
        "the variable with `_FILE` behind it names (`DATABASE_URL_FILE=/run/secrets/url`). Nothing shows them.",
        "The limits are there because purchase files come from anywhere: see [Security](../security.md).",
        "`TENRING_LANGUAGE` (else `LC_ALL`, `LC_MESSAGES`, `LANG`) chooses the language: `en` or `zh`.",
    )


def _kind(annotation: str) -> str:
    """The type of a field in words."""
    plain = annotation.removesuffix(" | None")
    known = {"Path": "path", "str": "text", "int": "integer", "bool": "1 or 0", "tuple[str, ...]": "list, by commas"}
    return known.get(plain, "name=value;name=value")


def _unit(name: str) -> str:
    """What a number counts, by the end of its variable's name."""
    units = {"_BYTES": "bytes", "_DAYS": "days", "_CHARS": "characters", "_ROWS": "rows", "_LINES": "lines"}
    units |= {"_RATE": "requests a minute", "_RATE_KEY": "requests a minute"}
    return next((f", {unit}" for end, unit in units.items() if name.endswith(end)), "")


def _default(name: str) -> str:
    if name == "home":
        return "the user's data folder of the system, then tenring"
    if name == "catalog":
        return "the bundled catalogue"
    value = getattr(Settings(), name)
    if isinstance(value, tuple | dict):
        return ",".join(value) or "not set"
    return "not set" if value is None else str(int(value) if isinstance(value, bool) else value)


# tables


def every_table() -> dict[str, pa.Schema]:
    """The tables of tenring.model.tables by name, in the order of the source."""
    return {name: value for name, value in vars(tables).items() if isinstance(value, pa.Schema)}


def table_pages() -> str:
    """Every table with what a row is, and its columns."""
    meanings = yaml.safe_load(COLUMNS.read_text(encoding="utf-8"))
    comments = _comments(inspect.getsource(tables))
    parts = [
        "# Tables",
        (
            "The tables that travel between the parts of Tenring. A snapshot and a screening write them as Parquet; "
            "`lines.csv` has the columns of `screened_lines`."
        ),
    ]
    for name, schema in every_table().items():
        rows = [(f"`{field.name}`", _type(field.type), meanings[name][field.name]) for field in schema]
        parts += [f"## {name.lower()}", comments[name], _table(("column", "type", "meaning"), rows)]
    return _page(*parts)


def _comments(source: str) -> dict[str, str]:
    """Name -> the `#:` comment above it."""
    return {name: re.sub(r"\n?#: ?", " ", text).strip() for text, name in _COMMENT.findall(source)}


def _type(arrow: pa.DataType) -> str:
    if pa.types.is_list(arrow):
        return f"list of {_type(arrow.value_type)}"
    names = {"string": "text", "date32[day]": "date", "bool": "yes/no", "int64": "integer", "double": "number"}
    return names.get(str(arrow), str(arrow).replace("decimal128", "decimal"))


# catalogue


def categories(catalogue: Catalogue) -> str:
    """The tree of categories with their codes."""
    hub = catalogue.categories
    schemes = [
        (f"`{s.id}`", s.name.get("en", s.id), s.document, s.mark)
        for s in sorted(hub.schemes.values(), key=lambda s: s.id)
    ]
    roots = sorted(c.id for c in hub.by_id.values() if c.parent is None)
    return _page(
        "# Categories",
        f"{len(hub.by_id)} categories. A category below another one is indented; a code covers itself and everything "
        "below it, and the most specific one wins. How to add one: [Add a category](../how-to/add-a-category.md).",
        _table(("category", "English", "中文", "codes"), [row for root in roots for row in _branch(hub, root, 0)]),
        "## Code schemes",
        "A code without its scheme and edition is not a code: A02010104 is a desktop computer in the Chinese catalogue "
        "of 2013 and a server in that of 2022.",
        _table(("scheme", "name", "document", "mark"), schemes),
    )


def _branch(hub: Categories, name: str, depth: int) -> Iterator[tuple[str, ...]]:
    yield _category(hub.by_id[name], depth)
    for child in hub.children.get(name, ()):
        yield from _branch(hub, child, depth + 1)


def _category(category: Category, depth: int) -> tuple[str, ...]:
    codes = "; ".join(f"{scheme}: {', '.join(found)}" for scheme, found in category.codes.items())
    label = "" if category.labelled else " (no label known)"
    return f"{'· ' * depth}`{category.id}`{label}", category.names["en"], category.names["zh"], codes


def programmes(catalogue: Catalogue) -> str:
    """All programmes by economy, with type and who stands behind an entry."""
    found = sorted(catalogue.programmes.values(), key=lambda p: (p.economy, p.id))
    return _page(
        "# Programmes",
        f"{len(found)} label and certification programmes. What the types mean: "
        "[Trust and marks](../concepts/trust-and-marks.md).",
        _table(("economy", "programme", "name", "type", "behind an entry", "source"), [_programme(p) for p in found]),
    )


def _programme(programme: Programme) -> tuple[str, ...]:
    names = " · ".join(dict.fromkeys(programme.names.values()))
    sources = "; ".join(f"{source.document} ({source.mark})" for source in programme.sources)
    kind, behind = TYPES[programme.type], ASSURANCE[programme.assurance]
    return programme.economy, f"`{programme.id}`", names, kind, behind, sources


def rules(catalogue: Catalogue) -> str:
    """All rules by economy with their documents and items."""
    parts = [
        "# Rules",
        (
            "What purchasing rules ask, economy by economy. How sure each item is stands beside it: `read` in the "
            "official document, `secondary` from a second-hand source, `unverified`. How to add one: "
            "[Add a rule](../how-to/add-a-rule.md)."
        ),
    ]
    economy = ""
    for rule in catalogue.rules.values():
        if rule.economy != economy:
            economy = rule.economy
            parts.append(f"## {economy}")
        parts += _rule(rule)
    return _page(*parts)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}"
    issuer = rule.document.issuer.get("en") or rule.document.issuer.get("zh") or ""
    since, until = rule.in_force.from_ or "not known", rule.in_force.until or "open"
    facts = [
        ("document", rule.document.number),
        ("issued by", issuer),
        ("kind", rule.kind),
        ("jurisdiction", rule.jurisdiction or ""),
        ("in force", f"{since} to {until}"),
        ("met by a certificate of", ", ".join(f"`{programme}`" for programme in rule.proof.programmes)),
    ]
    yield " · ".join(dict.fromkeys(rule.names.values()))
    yield _table(("", ""), [fact for fact in facts if fact[1]])
    if rule.items:
        columns = ("item", "category", "obligation", "standards", "mark")
        yield _table(columns, [_item(item) for item in rule.items])


def _item(item: Item) -> tuple[str, ...]:
    printed = " ".join(dict.fromkeys([item.item, *item.name.values()]))
    return printed, f"`{item.category}`", item.obligation.value, ", ".join(item.standards), item.mark


def registers(catalogue: Catalogue) -> str:
    """All registers with their programme's type, how their files are got, and their lists."""
    known = load_registers(catalogue.folder)
    parts = [
        "# Registers",
        (
            "The registers that `tenring register build` reads. How to add one: "
            "[Add a register](../how-to/add-a-register.md)."
        ),
    ]
    for register in known.values():
        parts += _register(register, catalogue.programmes[register.programme])
    return _page(*parts)


def _register(register: RegisterDefinition, programme: Programme) -> Iterator[str]:
    yield f"## {register.id}"
    yield " · ".join(dict.fromkeys(register.names.values()))
    source = register.source
    facts = [
        ("publisher", _english(register.publisher)),
        ("economy", register.economy),
        ("programme", f"`{programme.id}`: {TYPES[programme.type]}, {ASSURANCE[programme.assurance]}"),
        ("what it is", _english(register.type_note)),
        ("access", ACCESS[source.access.kind]),
        ("how to get it", source.access.why or f"`tenring register fetch {register.id}`"),
        ("home page", f"<{source.homepage}>" if source.homepage else ""),
        ("licence of the data", _english(source.licence)),
    ]
    yield _table(("", ""), [fact for fact in facts if fact[1]])
    rows = [
        (f"`{one.id}`", ", ".join(f"`{c}`" for c in one.categories), ", ".join(f"`{m}`" for m in one.match))
        for one in register.lists.values()
    ]
    yield _table(("list", "categories", "files"), rows)


ACCESS = {"open": "open to everyone", "account": "with an account or key", "none": "no open file of the publisher"}


def _english(names: dict[str, str]) -> str:
    return names.get("en") or next(iter(names.values()), "")


# matcher


def matcher_weights() -> str:
    """Every number of the matcher, with the reason that stands beside it in the source."""
    simple = [
        (f"`{name}`", f"{value}")
        for name, value in vars(weights).items()
        if name.isupper() and isinstance(value, int | float)
    ]
    return _page(
        f"The numbers of matcher {weights.VERSION}.",
        "What each kind of evidence is worth when nothing speaks against it:",
        _table(("evidence", "worth"), [(f"`{name}`", _points(value)) for name, value in weights.BASE.items()]),
        "What is taken off a code that meets a listed model:",
        _rules(weights.AGAINST_MODEL),
        "What is taken off a certificate number or GTIN:",
        _rules(weights.AGAINST_NUMBER),
        "What is taken off the card's chance that two texts are one product:",
        _rules(weights.AGAINST_TEXT),
        f"What holds such a pair below {weights.THRESHOLD}, however alike the texts are:",
        _table(("feature", "when"), [(f"`{rule.name}`", rule.why) for rule in weights.HOLDS_TEXT]),
        "The features of the card; its points are in `tenring/matching/v1/card.json`:",
        _table(
            ("feature", "kind", "number", "begins a step at"),
            [(f"`{f.name}`", f.group, f.why, ", ".join(map(str, f.cuts))) for f in FEATURES],
        ),
        "Features that are also read together, because they mean something else then:",
        _table(("crossed",), [(" × ".join(f"`{name}`" for name in crossed),) for crossed in CROSSES]),
        "Limits:",
        _table(("name", "value"), simple),
    )


def _rules(rules: Sequence[Rule]) -> str:
    """Named rules with what they take off and why."""
    return _table(("feature", "points", "when"), [(f"`{r.name}`", f"−{_points(r.points)}", r.why) for r in rules])


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"


# writing


def _page(*parts: str) -> str:
    note = "<!-- Generated by docs/generate.py; do not edit. -->"
    return "\n\n".join([parts[0], note, *parts[1:]]) + "\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(str(cell)) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    """Text that cannot break a table: no bar, no line break, no tag (code, and addresses in angle brackets, stay)."""
    inside = text.replace("|", "\\|").replace("\n", " ")
    return re.sub(r"(`[^`]*`)|<(?!https?://)", lambda found: found[1] or "&lt;", inside)


# criteria


def criteria() -> str:
    """Every revision with its clauses."""
    library = load_library(Settings().catalog)
    describer = Describer(library.properties)
    parts = [
        "# Criteria",
        (
            "What each label asks, revision by revision. `read` limits were read in the official document, "
            "`secondary` ones come from a second-hand source, `unverified` ones are never a pass. How to add one: "
            "[Write a revision](../how-to/write-a-revision.md)."
        ),
    ]
    for revision in library.revisions:
        parts += _revision(revision, describer)
    return _page(*parts)


def _revision(revision: Revision, describer: Describer) -> Iterator[str]:
    yield f"## {revision.id}"
    period = f"in force from {revision.since}" + (f" to {revision.until}" if revision.until else "")
    yield f"{revision.titles.get('en', '')}. Document: {revision.document}; {period}."
    if note := revision.note.get("en"):
        yield note
    rows = [_clause_row(clause, describer) for clause in revision.clauses]
    yield _table(("clause", "what", "requirement", "if", "mark"), rows)


def _clause_row(clause: Clause, describer: Describer) -> tuple[str, str, str, str, str]:
    gate = "" if clause.applies == ALWAYS else describer.condition(clause.applies)
    requirement = describer.condition(clause.requires)
    title = clause.titles.get("en", "")
    return tuple(  # type: ignore[return-value]  # five texts
        text.replace("|", "/") for text in (clause.id, title, requirement, gate, clause.source.mark)
    )


def criteria_language() -> str:
    """Every field of criteria files, cases and evidence, from their schema."""
    parts = [
        "# Criteria language",
        (
            "All fields of `catalog/criteria/<programme>/<category>/<date>.yml` (Revision), `cases.yml` (Cases) and a "
            "product's evidence (Product), made from their JSON Schema: `tenring criteria schema revision`. Meaning: "
            "[The criteria language](../concepts/criteria-language.md)."
        ),
    ]
    for name, meaning, fields_of in reference():
        parts += [f"## {name}", meaning]
        rows = [(f"`{field}`", form.replace("|", "/"), needed, text) for field, form, needed, text in fields_of]
        parts.append(_table(("field", "form", "needed", "meaning"), rows))
    return _page(*parts)


def licence_files() -> str:
    """Every field of licence files and issuer files, from their schema."""
    parts = [
        "# Licence files",
        (
            "All fields of a licence file (Licence) and of an issuer's file (Issuer), made from their JSON Schema: "
            "`tenring issue --schema licence`. How they are used: [Issue licences](../how-to/issue-licences.md)."
        ),
    ]
    for name, meaning, fields_of in reference(LICENCE_FILES):
        parts += [f"## {name}", meaning]
        rows = [(f"`{field}`", form.replace("|", "/"), needed, text) for field, form, needed, text in fields_of]
        parts.append(_table(("field", "form", "needed", "meaning"), rows))
    return _page(*parts)


def properties() -> str:
    """Every property: what it is, its unit and methods, and the clauses that ask for it."""
    library = load_library(Settings().catalog)
    used: dict[str, list[str]] = {}
    for revision in library.revisions:
        for quantity in revision.quantities:
            used.setdefault(quantity.property, []).append(_used(revision, quantity))
    parts = ["# Properties", "One name and one unit for each quantity, whoever measured it (`catalog/properties.yml`)."]
    for name, one in sorted(library.properties.properties.items()):
        parts += [f"## {name}", f"{one.names['en']} · {one.names['zh']}: {one.definition['en']}."]
        facts = [
            ("unit", one.unit or one.is_a),
            ("values", ", ".join(one.values or one.scale)),
            ("must be stated", ", ".join(one.conditions)),
            ("methods", ", ".join(one.methods)),
            ("asked for by", "; ".join(dict.fromkeys(used.get(name, [])))),
        ]
        parts.append(_table(("", ""), [fact for fact in facts if fact[1]]))
    return _page(*parts)


def _used(revision: Revision, quantity: Quantity) -> str:
    return f"{revision.id} ({quantity.of})"


def permissions() -> str:
    """Role × action, and what each address needs, from the tables that the web application itself asks."""
    held = [
        (action_name(action), *("yes" if action in ALLOWED[role] else "–" for role in Role), f"`{action.value}`")
        for action in Action
    ]
    in_order = sorted(ADDRESSES, key=lambda one: (one.route, one.method))
    addresses = [(f"`{one}`", f"`{one.needs.value}`") for one in in_order if one.needs is not Open.EVERYBODY]
    everybody = ", ".join(f"`{one}`" for one in in_order if one.needs is Open.EVERYBODY)
    return _page(
        "# Permissions",
        (
            "Who may do what in an organisation, made from the table that the web application asks with every request "
            "(`tenring.web.accounts.roles`). A role that is taken away is gone with the next request. Each cell is a "
            "test that tries it (`tests/web/test_permissions.py`)."
        ),
        _table(("action", *(role_name(role) for role in Role), "its word"), held),
        "## What each address needs",
        (
            "An action is asked of one's role in the organisation that the thing belongs to; for `POST /screen/`, in "
            "the one for which one acts; for `/api/v1/jobs`, of whoever made the key, in the key's organisation. What "
            "belongs to no organisation, only its owner reaches. What one may not see answers 404, what one sees and "
            "may not do 403. `signed in`: whoever is, for what is theirs; `a key`: any key with the scope, see "
            "[API](api.md)."
        ),
        _table(("address", "needs"), addresses),
        "## Open to everybody",
        (
            f"{everybody}, and the endpoints of the [API](api.md) that need no key. What is shown at "
            "`/screen/` is one's own. An address that is in none of these tables fails a test."
        ),
    )


def pages() -> dict[str, Callable[[], str]]:
    """File name in docs/reference -> what makes it."""
    catalogue = Catalogue(Settings().catalog)
    return {
        "commands.md": commands,
        "settings.md": settings,
        "tables.md": table_pages,
        "categories.md": lambda: categories(catalogue),
        "programmes.md": lambda: programmes(catalogue),
        "rules.md": lambda: rules(catalogue),
        "registers.md": lambda: registers(catalogue),
        "criteria.md": criteria,
        "criteria-language.md": criteria_language,
        "licence-files.md": licence_files,
        "properties.md": properties,
        "permissions.md": permissions,
        "weights.md": matcher_weights,
    }


def main() -> None:
    """Write all pages; one that is the same as before is left alone."""
    for name, make in pages().items():
        target, text = REFERENCE / name, make()
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
