"""Register entries written as purchase lines: what the matcher finds, and what it finds wrongly.

    python benchmarks/entries.py [--per-kind 450] [--without] [--peers] [--single] [--errors 40]

The lines are made from the newest snapshot of TENRING_HOME (benchmarks/run.py builds one from the real registers).
A match counts when its score reaches the threshold: it would make the line green. On a line that stays true it is right
when its licence covers the model with that brand; on a near miss every such match is false.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from entry_lines import Line, Sources, make_lines
from entry_peers import peers
from entry_truth import Register, bare, load_register, plain_form
from machine import describe, resident_mib
from results import record

from tenring.catalogue import Catalogue
from tenring.catalogue.brands import BrandsFile
from tenring.catalogue.files import load_model
from tenring.matching import v1
from tenring.matching.v1.rules import Rule
from tenring.matching.v1.single import Line as SingleLine
from tenring.matching.v1.single import Match, Matcher
from tenring.matching.v1.single_text import WordRung
from tenring.matching.v1.text import CODED
from tenring.matching.v1.weights import AGAINST_MODEL
from tenring.model.duck import duck_engine
from tenring.model.sql import Engine, Step, table_of
from tenring.register.match_index import FOLDER, use_match_index
from tenring.register.snapshot import Snapshot
from tenring.screening.match import _ITEM_STEPS
from tenring.screening.reference import add_reference
from tenring.settings import Settings, from_environment

_FEWEST_LICENCES = 20
_MOST_NAMES = 3_000
_CODED = re.compile(CODED)
_PART = re.compile("[0-9a-z]+|[^\\W_a-z0-9]+")
_TEXT = pa.string()
_COLUMNS = ("line_id", "description", "brand", "model", "certificate", "gtin", "category")


@dataclass(frozen=True)
class Found:
    """A sure match of a line."""

    licence: str
    rung: str
    score: float
    features: str
    matched: str


def main() -> None:
    """Make the lines, match them, print tables and ratios to the goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-kind", type=int, default=450)
    parser.add_argument("--seed", default="tenring")
    parser.add_argument("--errors", type=int, default=0, help="lines of each kind of error to print")
    parser.add_argument("--without", action="store_true", help="what each rule prevents, and each evidence adds")
    parser.add_argument("--peers", action="store_true", help="simpler ways on the same lines")
    parser.add_argument("--single", action="store_true", help="the same lines one at a time in Python")
    arguments = parser.parse_args()
    settings = from_environment()
    catalogue, snapshot = Catalogue(settings.catalog), Snapshot.open(settings)
    register = load_register(snapshot, catalogue.brands)
    sources = _sources(register, catalogue, settings)
    positives, misses = make_lines(register, sources, per_kind=arguments.per_kind, seed=arguments.seed)
    print(f"entries: {describe()}; snapshot {snapshot.name}, {len(register.entries):,} entries")
    started = _cpu()
    answers = match_lines([*positives, *misses], catalogue, snapshot, settings)
    found = answers.sure
    print(
        f"  {len(positives):,} lines that stay true, {len(misses):,} near misses, "
        f"matched in {_cpu() - started:.1f} CPU s"
    )
    strong = {place: [one for one in every if one.rung != "text"] for place, every in found.items()}
    judged = Judged.of(register, positives, misses, strong)
    judged.show()
    judged.record("strong rungs")
    every_rung = Judged.of(register, positives, misses, found)
    every_rung.record("all rungs")
    every_rung.errors(arguments.errors)
    if arguments.without:
        _show_without(judged, answers)
    if arguments.peers:
        _show_peers(judged)
    if arguments.single:
        _show_single(snapshot, catalogue, answers)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _sources(register: Register, catalogue: Catalogue, settings: Settings) -> Sources:
    groups = load_model(settings.catalog / "brands.yml", BrandsFile).brands
    names = {bare(name): group for group in groups for name in group}
    spellings = {}
    for brand in {entry.brand for entry in register.entries}:
        group = names.get(bare(brand))
        if group:
            spellings[brand] = tuple(name for name in group if bare(name) != bare(brand))
    count = Counter(entry.brand for entry in register.entries)
    known = {brand for brand, licences in count.items() if licences >= _FEWEST_LICENCES}
    return Sources(
        categories={c.id: c.names for c in catalogue.categories.by_id.values()},
        spellings=spellings,
        brands=tuple(sorted(known | {group[0] for group in groups})),
    )


@dataclass(frozen=True)
class Answers:
    """What the matcher said of lines: sure matches, and what would be sure without a rule (rule -> line -> matches)."""

    sure: dict[int, list[Found]]
    without: dict[str, dict[int, list[Found]]]
    rows: list[tuple[SingleLine, list[tuple[object, ...]]]]
    related: set[tuple[str, str]]


def match_lines(lines: Sequence[Line], catalogue: Catalogue, snapshot: Snapshot, settings: Settings) -> Answers:
    """What a screening would find for each line, by its place."""
    with duck_engine(memory=settings.memory, threads=1) as engine:
        for name in ("licences", "models", "gtins", "statuses"):
            engine.view(name, snapshot.table(name))
        add_reference(engine, catalogue, None)
        _add_purchases(engine, lines)
        engine.run(_ITEM_STEPS)
        use_match_index(engine, snapshot.folder, dict(engine.rows("SELECT key, usual FROM brand_alias")))
        v1.match_lines(engine)
        without = {rule.name: _sure(engine, _without(rule)) for rule in AGAINST_MODEL}
        sure = (
            f"SELECT item_id, entry_id, rung, score, features, matched_model FROM matched WHERE score >= {v1.THRESHOLD}"
        )
        return Answers(_sure(engine, sure), without, _one_by_one(engine), set(_pairs(engine)))


def _without(rule: Rule) -> str:
    """SQL: pairs by code that would be sure if it were not for a rule."""
    limit = round(100 * v1.THRESHOLD)
    return f"""
        SELECT m.item_id, e.entry_id, 'model' AS rung, 0.0 AS score, '' AS features, m.matched AS matched_model
        FROM (
            SELECT * FROM model_points WHERE {rule.sql()} AND points < {limit} AND points + {rule.points} >= {limit}
        ) m JOIN product e USING (product)
    """


def _sure(engine: Engine, query: str) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = defaultdict(list)
    for line_id, *fields in engine.rows(f"""
        SELECT i.line_id, m.* EXCLUDE (item_id) FROM line_item i JOIN ({query}) m USING (item_id)
        ORDER BY i.line_id, m.score DESC, m.entry_id
    """):
        found[int(line_id)].append(Found(*fields))
    return found


def _pairs(engine: Engine) -> list[tuple[str, str]]:
    return [(one, other) for one, other in engine.rows("SELECT category, other FROM related")]


def _one_by_one(engine: Engine) -> list[tuple[SingleLine, list[tuple[object, ...]]]]:
    """Each distinct line with the rows of `matched`, best first."""
    kept: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for item, *row in engine.rows("""
        SELECT m.* FROM matched m JOIN product p USING (entry_id)
        ORDER BY m.item_id, m.score DESC, p.product
    """):
        kept[item].append(tuple(row))
    lines = engine.rows("SELECT item_id, text, brand, model, certificate, gtin, category FROM line ORDER BY item_id")
    return [(SingleLine(*fields), kept[item]) for item, *fields in lines]


def _add_purchases(engine: Engine, lines: Sequence[Line]) -> None:
    rows = (
        (f"{place:09}", line.text, line.brand, line.model, line.certificate, line.gtin, line.category)
        for place, line in enumerate(lines)
    )
    engine.add("purchase_and_category", table_of([(name, _TEXT) for name in _COLUMNS], rows))
    engine.run([
        Step("purchase", "SELECT * EXCLUDE (category) FROM purchase_and_category"),
        Step("classified", "SELECT line_id, category, 'words' AS category_by FROM purchase_and_category"),
    ])  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """Each line with its sure matches, and how many of them are right and wrong."""

    register: Register
    rows: list[tuple[Line, bool, list[Found], list[Found]]]

    @classmethod
    def of(
        cls, register: Register, positives: Sequence[Line], misses: Sequence[Line], found: dict[int, list[Found]]
    ) -> Judged:
        """Judge every line."""
        rows = []
        for place, line in enumerate([*positives, *misses]):
            stays = place < len(positives)
            right, wrong = [], []
            accepted = _accepted(register, line) if stays else set()
            for one in found.get(place, ()):
                (right if one.licence in accepted else wrong).append(one)
            rows.append((line, stays, right, wrong))
        return cls(register, rows)

    def show(self) -> None:
        """Print the tables."""
        for stays, title in ((True, "lines that stay true"), (False, "near misses")):
            print(f"\n  {title:<28} {'lines':>7} {'found':>7} {'recall':>8} {'wrong':>6} {'false':>8}")
            groups: dict[str, list[tuple[Line, bool, list[Found], list[Found]]]] = defaultdict(list)
            for row in self.rows:
                if row[1] == stays:
                    groups[row[0].kind].append(row)
            for kind, rows in [*groups.items(), ("all", [row for row in self.rows if row[1] == stays])]:
                count, hit = len(rows), sum(bool(row[2]) for row in rows)
                wrong = sum(bool(row[3]) for row in rows)
                recall = f"{hit / count:8.2%}" if stays else " " * 8
                print(f"  {kind:<28} {count:>7,} {hit:>7,} {recall} {wrong:>6,} {wrong / count:8.3%}")

    def record(self, rungs: str) -> None:
        """Keep the two figures of the goal."""
        positives = [row for row in self.rows if row[1]]
        recall = sum(bool(row[2]) for row in positives) / len(positives)
        false = sum(bool(row[3]) for row in self.rows) / len(self.rows)
        lines = f"{len(positives):,} lines that stay true, {len(self.rows) - len(positives):,} near misses"
        record(f"recall, {rungs}", 100 * recall, goal="≥ 99", unit="%", note=lines)
        record(f"false matches, {rungs}", 100 * false, goal="≤ 0.05", unit="%", note="of all lines")

    def errors(self, count: int) -> None:
        """Print some lines that were lost or matched wrongly, of each kind."""
        by: dict[tuple[str, str], list[str]] = defaultdict(list)
        for line, stays, right, wrong in self.rows:
            said = f"{line.text!r} b={line.brand!r} m={line.model!r} c={line.category} <{line.entry_brand}|{line.code}>"
            if stays and not right:
                by["lost", line.kind].append(said)
            if wrong:
                one = wrong[0]
                by["wrong", line.kind].append(f"{said} -> {one.licence} {one.matched!r} {one.score} {one.features}")
        for (what, kind), texts in sorted(by.items()):
            for text in texts[:count]:
                print(f"  {what} {kind}: {text}")


def _show_without(judged: Judged, answers: Answers) -> None:
    """What each rule prevents, and what each kind of evidence adds."""
    print(f"\n  {'without this rule':<28} {'wrong lines more':>17} {'right lines more':>17}")
    for name, pairs in answers.without.items():
        wrong = right = 0
        for place, more in pairs.items():
            line, stays, had_right, had_wrong = judged.rows[place]
            accepted = _accepted(judged.register, line) if stays else set()
            right += not had_right and any(one.licence in accepted for one in more)
            wrong += not had_wrong and any(one.licence not in accepted for one in more)
        print(f"  {name:<28} {wrong:>17,} {right:>17,}")
    only: Counter[str] = Counter()
    for _, stays, right_ones, _ in judged.rows:
        kinds = {json.loads(one.features).get("kind", one.rung) for one in right_ones}
        if stays and len(kinds) == 1:
            only[kinds.pop()] += 1
    print(f"\n  {'found by this evidence alone':<28} {'right lines':>17}")
    for kind, count in only.most_common():
        print(f"  {kind:<28} {count:>17,}")


def _show_peers(judged: Judged) -> None:
    """The same lines, simpler ways; a slow one is asked a part of them, taken evenly."""
    print(f"\n  {'peer':<42} {'lines':>7} {'recall':>8} {'false':>8} {'lines/CPU s':>12}")
    for peer in peers(judged.register):
        rows = judged.rows[:: max(1, len(judged.rows) // peer.most)]
        started, hit, false = _cpu(), 0, 0
        for line, stays, _, _ in rows:
            found = set(peer.find(line))
            accepted = _accepted(judged.register, line) if stays and found else set()
            hit += bool(found & accepted)
            false += bool(found - accepted)
        seconds, stay = _cpu() - started, sum(row[1] for row in rows)
        rates = f"{hit / stay:>8.2%} {false / len(rows):>8.3%} {len(rows) / seconds:>12,.0f}"
        print(f"  {peer.name:<42} {len(rows):>7,} {rates}")


def _show_single(snapshot: Snapshot, catalogue: Catalogue, answers: Answers) -> None:
    """Lines a second one at a time, over all rungs and where words decide, and whether they get the same answer."""
    folder = snapshot.folder / FOLDER
    with get_context("spawn").Pool(1) as fresh:
        more = fresh.apply(_started, (folder, catalogue.brands, answers.related))
    matcher = Matcher(folder, usual=catalogue.brands, related=answers.related)
    words = WordRung(folder)
    lines = [line for line, _ in answers.rows]
    started = _cpu()
    strong = [matcher.match(line) for line in lines]
    record("one line at a time, numbers and codes", len(lines) / (_cpu() - started), goal="≥ 1,000", unit="lines/CPU s")
    matcher = matcher.with_text(words)
    started = _cpu()
    found = [matcher.match(line) for line in lines]
    rate = len(lines) / (_cpu() - started)
    record("one line at a time, all rungs", rate, goal="≥ 1,000", unit="lines/CPU s", note=more)
    bare_names = _names_without_codes(folder)
    for what, some in (
        ("where numbers and codes are not sure", _not_sure(lines, strong)),
        ("names of entries without their codes", bare_names),
    ):
        started = _cpu()
        compared = sum(any('"chance"' in one.features for one in matcher.match(line)) for line in some)
        note = f"{len(some):,} lines, {compared:,} of them with texts compared in full"
        record(
            f"one line at a time, {what}", len(some) / (_cpu() - started), goal="≥ 1,000", unit="lines/CPU s", note=note
        )
    unlike = sum(
        kept != [astuple(one) for one in single] for single, (_, kept) in zip(found, answers.rows, strict=True)
    )
    record("lines that get another answer so", unlike, goal="≤ 0", note=f"of {len(found):,} distinct lines")


def _started(folder: Path, usual: Mapping[str, str], related: set[tuple[str, str]]) -> str:
    """What a process that has done nothing else needs to begin: CPU seconds and memory, numbers and codes first."""
    spent, held = [_cpu()], [resident_mib()]
    kept: list[object] = []
    for made in (lambda: Matcher(folder, usual=usual, related=related), lambda: WordRung(folder)):
        kept.append(made())
        spent.append(_cpu())
        held.append(resident_mib())
    seconds, memory = ([round(b - a, 2) for a, b in pairwise(some)] for some in (spent, held))
    return (
        f"start: numbers and codes {seconds[0]:.2f} CPU s, {memory[0]:,.0f} MiB; "
        f"words {seconds[1]:.2f} CPU s, {memory[1]:,.0f} MiB"
    )


def _not_sure(lines: Sequence[SingleLine], found: Sequence[Sequence[Match]]) -> list[SingleLine]:
    return [line for line, kept in zip(lines, found, strict=True) if not kept or kept[0].score < v1.THRESHOLD]


def _names_without_codes(folder: Path) -> list[SingleLine]:
    """Some names of entries, evenly taken, without their codes, sizes and long numbers: words must decide."""
    names = sorted(set(pq.read_table(folder / "product_text.parquet", columns=["norm"])["norm"].to_pylist()))
    bare_names = (_CODED.sub(" ", name).strip() for name in names[:: max(1, len(names) // _MOST_NAMES)])
    return [SingleLine(name) for name in bare_names if name]


def _accepted(register: Register, line: Line) -> set[str]:
    """Licences that are right for a line: of its brand, covering some run of its words, or with its number."""
    entry = register.by_id[line.licence]
    covering = register.covering(line.code) | {line.licence}
    runs = set(_runs(f"{line.code} | {line.text}"))
    for run in runs:
        covering |= register.covering(run) if line.kind == "several_models" else register.by_code.get(run, set())
    holders = {one: register.by_id[one].brand for one in covering}
    same = {one for one, brand in holders.items() if register.same_brand(brand, entry.brand) or bare(brand) in runs}
    by_number = register.numbers[bare(entry.number)] if line.kind == "certificate_in_text" else set()
    return same | by_number | register.gtins.get(line.gtin or "", set())


def _runs(text: str) -> Iterable[str]:
    parts = _PART.findall(plain_form(text))
    return ("".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, min(a + 12, len(parts) + 1)))


if __name__ == "__main__":
    main()
