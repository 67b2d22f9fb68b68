"""Screening lines per second, beside a plain dictionary of brand and model in the same run.

    python benchmarks/screening.py [--lines 10000 100000]

The lines are made from the newest snapshot's own models: half of them certified products as a buyer writes them,
three in ten with a model that is one sign off, the rest office goods. The peer is the simplest honest way: look runs
of words up in a dictionary of "brand model". It knows no dates, rules, wildcards, spellings or explanations.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
from datetime import date
from pathlib import Path

from machine import describe, peak_memory_gib

from tenring.model.text import words
from tenring.register.snapshot import Snapshot
from tenring.screening.run import Request, screen
from tenring.settings import from_environment

_LONGEST_RUN = 4


def main() -> None:
    """Print lines per second of the whole screening and of the peer, at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000])
    sizes = parser.parse_args().lines
    settings = from_environment()
    snapshot = Snapshot.open(settings)
    products = products_of(snapshot)
    print(f"screening: {describe()}; snapshot {snapshot.name}, {len(products):,} models")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lines.csv"
            write_lines(path, products, size)
            started = time.perf_counter()
            request = Request(files=(path,), on=date(2020, 6, 1), out=Path(folder) / "out")
            screened = screen(request, settings=settings)
            ours = size / (time.perf_counter() - started)
            found, theirs = _peer(path, products)
        answered = sum(screened.verdicts.get(verdict, 0) for verdict in ("green", "lapsed"))
        print(f"  {size:>9,} lines: {ours:>9,.0f} lines/s with report, {answered:,} answered by a licence")
        print(f"  {'':>9} peer:   {theirs:>9,.0f} lines/s, {found:,} found; ratio {ours / theirs:.3f}")
    print(f"  peak memory {peak_memory_gib():.2f} GiB")


def products_of(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Brand, model and category of every listed model of a snapshot."""
    with snapshot.connect() as connection:
        return connection.execute("""
            SELECT licences.brand, model, category FROM licences JOIN models USING (licence_id)
            WHERE kind = 'model' AND licences.brand IS NOT NULL AND NOT contains(model, '*') ORDER BY ALL
        """).fetchall()


def write_lines(path: Path, products: list[tuple[str, str, str]], size: int) -> None:
    """Write purchase lines made of them, the same every time."""
    choose = random.Random(10)  # noqa: S311 - the same lines every time, nothing secret
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["line", "date", "description", "amount", "currency"])
        for number in range(size):
            brand, model, category = choose.choice(products)
            kind, goods = choose.random(), category.replace("-", " ")
            if kind < 0.5:
                text = f"{goods} {brand} {model}, lot {number}"
            elif kind < 0.8:
                text = f"{brand} {model}Z{number % 10} {goods} {number}"
            else:
                text = f"办公用品 打印纸 {number} 包"
            writer.writerow([number, f"2020-{number % 12 + 1:02}-15", text, f"{number % 900 + 100}.50", "USD"])


def _peer(path: Path, products: list[tuple[str, str, str]]) -> tuple[int, float]:
    """Lines found by dictionary look-up, and lines per second."""
    known = {" ".join(words(f"{brand} {model}")) for brand, model, _ in products}
    longest = max(len(key.split(" ")) for key in known if len(key.split(" ")) <= _LONGEST_RUN * 2)
    started, found, lines = time.perf_counter(), 0, 0
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            parts, lines = words(row["description"]), lines + 1
            runs = (" ".join(parts[i : i + n]) for i in range(len(parts)) for n in range(1, longest + 1))
            found += any(run in known for run in runs)
    return found, lines / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
