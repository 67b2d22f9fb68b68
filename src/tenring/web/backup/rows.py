"""The rows of the database as lines of JSON that every database takes: what SQLite wrote, PostgreSQL reads.

They are written and read with the tables as they were at the steps the backup names, so an older backup goes into an
empty database at those steps, and is then brought up to date as any database is.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.apps import apps as current
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

from tenring.exceptions import UnusableInputError
from tenring.language import T

#: Sessions are signed with a key that no backup holds.
_LEFT_OUT = {"sessions.session"}
_AT_ONCE = 500

Step = tuple[str, str]


def steps(database: str = DEFAULT_DB_ALIAS) -> tuple[Step, ...]:
    """The steps that were taken in a database."""
    return tuple(sorted(MigrationExecutor(connections[database]).loader.applied_migrations))


def dump(target: Path, *, database: str = DEFAULT_DB_ALIAS) -> int:
    """Write every row as it is at one moment; how many.

    With PostgreSQL that is one transaction; a SQLite file should be a copy that nobody else writes.
    """
    count = 0
    with target.open("x", encoding="utf-8") as out, transaction.atomic(using=database):
        if connections[database].vendor == "postgresql":
            with connections[database].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for model in _tables(current.get_models(include_auto_created=True)):
            for row in model._base_manager.using(database).order_by("pk").iterator(_AT_ONCE):  # noqa: SLF001 - every row
                values = {one.attname: _plain(one, row) for one in _columns(model)}
                out.write(json.dumps([model._meta.label_lower, values], ensure_ascii=False, sort_keys=True) + "\n")  # noqa: SLF001 - Django's way
                count += 1
    return count


def load(source: Path, taken: Iterable[Step]) -> int:
    """Make the tables of the empty default database at these steps, fill them, bring them up to date; how many rows.

    Raises:
        UnusableInputError: the steps are not ours, or a row does not fit.
    """
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    last = _last_steps(executor, set(taken))
    executor.migrate(last)
    then = executor.loader.project_state(last).apps
    tables = {model._meta.label_lower: model for model in _tables(then.get_models(include_auto_created=True))}  # noqa: SLF001 - Django's way
    with transaction.atomic():
        _empty(tables.values())
        count = sum(_insert(tables, name, rows) for name, rows in _batches(source))
        _count_on(list(tables.values()))
    again = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    again.migrate(again.loader.graph.leaf_nodes())
    return count


def _tables(found: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """Models with a table of their own."""
    return [
        model
        for model in found
        if model._meta.managed  # noqa: SLF001 - Django's way
        and not model._meta.proxy  # noqa: SLF001 - likewise
        and not model._meta.swapped  # noqa: SLF001 - likewise
        and model._meta.label_lower not in _LEFT_OUT  # noqa: SLF001 - likewise
    ]


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [one for one in model._meta.local_concrete_fields if not one.generated]  # noqa: SLF001 - Django's way


def _plain(column: models.Field[Any, Any], row: models.Model) -> object:
    """A value as JSON holds it; `_value` reads it back."""
    value = getattr(row, column.attname)
    if isinstance(column, models.JSONField) or value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(column, models.BinaryField):
        return base64.b64encode(bytes(value)).decode()
    return column.value_to_string(row)


def _value(column: models.Field[Any, Any], plain: Any) -> object:  # noqa: ANN401 - whatever JSON holds
    if isinstance(column, models.JSONField) or plain is None:
        return plain
    if isinstance(column, models.BinaryField):
        return base64.b64decode(plain, validate=True)
    return column.to_python(plain)


def _last_steps(executor: MigrationExecutor, taken: set[Step]) -> list[Step]:
    """The last step of each application among those that were taken.

    Raises:
        UnusableInputError: one of them is not known here, or one before it is missing.
    """
    graph, ours = executor.loader.graph, executor.loader.migrated_apps
    taken = {step for step in taken if step[0] in ours}
    if unknown := sorted(taken - set(graph.nodes)):
        what = T("the backup has steps of the database that are not known here ({steps})", steps=".".join(unknown[0]))
        raise UnusableInputError(what, do=T("Restore it with the version that made it or a later one"))
    if not all(before.key in taken for step in taken for before in graph.node_map[step].parents):
        raise UnusableInputError(T("the backup has steps of the database without those before them"))
    return [
        step
        for step in sorted(taken)
        if not any(child.key[0] == step[0] and child.key in taken for child in graph.node_map[step].children)
    ]


def _batches(source: Path) -> Iterator[tuple[str, Sequence[dict[str, Any]]]]:
    """Rows of one table at a time, as many as go into one statement or a few."""
    with source.open(encoding="utf-8") as lines:
        for name, rows in groupby(map(json.loads, lines), key=itemgetter(0)):
            while batch := [values for _, values in islice(rows, _AT_ONCE)]:
                yield name, batch


def _insert(tables: dict[str, type[models.Model]], name: str, rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows as they are: nothing is stamped with the time of now.

    Raises:
        UnusableInputError: the table or a column is not there.
    """
    model = tables.get(name)
    columns = {one.attname: one for one in _columns(model)} if model else {}
    if model is None or any(set(row) != set(columns) for row in rows):
        raise UnusableInputError(T("rows of {table} do not fit the tables of their own steps", table=name))
    made = [model(**{column: _value(columns[column], value) for column, value in row.items()}) for row in rows]
    found = list(columns.values())
    size = connections[DEFAULT_DB_ALIAS].ops.bulk_batch_size([one.name for one in found], made) or len(made)
    for start in range(0, len(made), size):
        model._base_manager._insert(made[start : start + size], fields=found, using=DEFAULT_DB_ALIAS, raw=True)  # type: ignore[attr-defined]  # noqa: SLF001 - as Django's own fixtures do
    return len(made)


def _empty(tables: Iterable[type[models.Model]]) -> None:
    """Remove what steps put into new tables: it is in the backup, too."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        for model in tables:
            if model._base_manager.exists():  # noqa: SLF001 - every row
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: SLF001 - Django's way


def _count_on(tables: list[type[models.Model]]) -> None:
    """New rows get numbers after those that were loaded."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
