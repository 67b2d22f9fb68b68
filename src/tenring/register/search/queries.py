"""The engine's queries that more than one module puts together, in the form that it answers fastest."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import Occur, Query, Schema

#: More terms than this are looked up at once.
_MANY_TERMS = 64


def any_term(fields: Schema, field: str, terms: Sequence[str]) -> Query:
    """Documents with one of the terms.

    To look up many terms at once, the engine walks through the field's terms and marks all documents; a few are read
    faster one by one, and beside a rare word hardly at all.
    """
    if len(terms) > _MANY_TERMS:
        return Query.term_set_query(fields, field, terms)
    return any_of([Query.term_query(fields, field, term, "basic") for term in terms])


def any_of(queries: Sequence[Query]) -> Query:
    """Documents that one of the queries finds."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries]) if queries else Query.empty_query()


def all_of(queries: Sequence[Query]) -> Query:
    """Documents that all of the queries find."""
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def passing(asked: Query, filters: Sequence[Query]) -> Query:
    """What passes all filters; they count nothing."""
    if not filters:
        return asked
    silent = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in filters]
    return Query.boolean_query([(Occur.Must, asked), *silent])
