"""Matching lines with a whole register: ours beside TF-IDF with sparse top-n, rapidfuzz, SQLite FTS5 and pg_trgm.

    python benchmarks/peers_at_scale.py [--lines 20000] [--products 50000] [--slow-lines 200]

The register is the newest snapshot's models of one word; the lines are made from them: half a certified product as a
buyer writes it, half the same with another model. `found`: the first answer is the true product, of lines that have
one. `false`: an answer where there is none; peers always answer with their nearest, and have no threshold that holds
from one list to the next, so only ours has a figure there. PostgreSQL is started in a temporary folder where it is
installed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from machine import describe
from results import record

from tenring.matching import v1
from tenring.matching.lists import match_products
from tenring.matching.products import Product
from tenring.model.duck import duck_engine
from tenring.model.text import words
from tenring.register.snapshot import Snapshot
from tenring.settings import from_environment

#: Rare words of a line that are asked of a full-text index, as the prototype of our own matcher did.
_WORDS_ASKED = 6
_TRIGRAM_LIMIT = 0.3


@dataclass(frozen=True)
class Task:
    """Texts of the register, lines, and for each line the place of its true product (None: it has none)."""

    register: Sequence[str]
    lines: Sequence[str]
    truth: Sequence[int | None]

    def first(self, count: int) -> Task:
        """The same with fewer lines."""
        return Task(self.register, self.lines[:count], self.truth[:count])


#: First answer for each line: a place in the register, or None.
Answers = Sequence[int | None]


def main() -> None:
    """Print lines per second and the share found of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--products", type=int, default=50_000)
    parser.add_argument("--slow-lines", type=int, default=200, help="lines for peers that compare with everything")
    given = parser.parse_args()
    products, task = _task(given.products, given.lines)
    print(f"peers_at_scale: {describe()}; {len(task.register):,} products, {len(task.lines):,} lines")
    ours = _report("Tenring", task, lambda one: _ours(products, one))
    for name, module, answer, count in (
        ("TF-IDF with sparse top-n", "sparse_dot_topn", _sparse, given.lines),
        ("SQLite FTS5", "sqlite3", _fts5, given.lines // 10),
        ("rapidfuzz token_set", "rapidfuzz", _rapidfuzz, given.slow_lines),
        ("PostgreSQL pg_trgm", "", _pg_trgm, given.slow_lines),
    ):
        if module and find_spec(module) is None:
            print(f"  {name}: left out, {module} is not installed (make peers)")
        elif not module and not _postgres():
            print(f"  {name}: left out, PostgreSQL is not installed")
        else:
            _report(name, task.first(count), answer, ours=ours)


def _report(name: str, task: Task, answer: Callable[[Task], Answers], *, ours: float | None = None) -> float:
    started = time.perf_counter()
    answers = answer(task)
    speed = len(task.lines) / (time.perf_counter() - started)
    pairs = list(zip(answers, task.truth, strict=True))
    true = [got == want or (got is not None and task.register[got] == task.register[want])
            for got, want in pairs if want is not None]  # fmt: skip
    ratio = f"Tenring is {ours / speed:,.1f} times as fast; " if ours else ""
    false = "" if ours else f", {sum(got is not None for got, want in pairs if want is None)} false"
    record(f"{name}: whole register, indexing included", speed, unit="lines/s",
           note=f"{ratio}{sum(true) / max(1, len(true)):.1%} of {len(true):,} found{false}")  # fmt: skip
    return speed


def _task(products: int, lines: int) -> tuple[list[Product], Task]:
    settings = from_environment()
    with Snapshot.open(settings).connect() as connection:
        rows = connection.execute("""
            SELECT DISTINCT ON (lower(l.brand), lower(m.model)) l.brand, m.model, l.category
            FROM licences l JOIN models m USING (licence_id)
            WHERE m.kind = 'model' AND l.brand IS NOT NULL AND regexp_full_match(m.model, '[0-9A-Za-z.-]+')
                AND regexp_matches(m.model, '[0-9]') AND length(m.model) >= 5
            ORDER BY lower(l.brand), lower(m.model), l.category
        """).fetchall()
    choose = random.Random(10)  # noqa: S311 - the same lines every time, nothing secret
    choose.shuffle(rows)
    rows = rows[:products]
    register = [Product(str(place), brand=brand, model=model, name=f"{brand} {model}")
                for place, (brand, model, _) in enumerate(rows)]  # fmt: skip
    made, truth = [], []
    for number in range(lines):
        place = choose.randrange(len(rows))
        brand, model, category = rows[place]
        certified = number % 2 == 0
        goods = category.replace("-", " ")
        written = model if certified else f"{model[:-2]}Q{number % 10}7"
        made.append(f"{goods} {brand} {written}, {number % 30 + 1} pcs")
        truth.append(place if certified else None)
    return register, Task([f"{brand} {model}" for brand, model, _ in rows], made, truth)


def _ours(products: Sequence[Product], task: Task) -> Answers:
    lines = [Product(str(place), name=text) for place, text in enumerate(task.lines)]
    answers: list[int | None] = [None] * len(lines)
    settings = from_environment()
    with duck_engine(memory=settings.memory, threads=settings.threads) as engine:
        for pair in match_products(engine, lines, products):
            place = int(pair.left.id)
            if pair.score >= v1.THRESHOLD and answers[place] is None:
                answers[place] = int(pair.right.id)
    return answers


def _sparse(task: Task) -> Answers:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - an optional peer
    from sparse_dot_topn import sp_matmul_topn  # noqa: PLC0415 - an optional peer

    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3))
    register = vectors.fit_transform(task.register)
    nearest = sp_matmul_topn(vectors.transform(task.lines), register.T.tocsr(), top_n=1, sort=True, n_threads=2)
    ends = zip(nearest.indptr, nearest.indptr[1:], strict=False)
    return [int(nearest.indices[begin]) if end > begin else None for begin, end in ends]


def _fts5(task: Task) -> Answers:
    frequency: dict[str, int] = {}
    for text in task.register:
        for word in set(words(text)):
            frequency[word] = frequency.get(word, 0) + 1
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE register USING fts5(text)")
        rows = ((place, " ".join(words(text))) for place, text in enumerate(task.register))
        database.executemany("INSERT INTO register (rowid, text) VALUES (?, ?)", rows)
        ask = "SELECT rowid FROM register WHERE register MATCH ? ORDER BY rank LIMIT 1"
        answers: list[int | None] = []
        for line in task.lines:
            rarest = sorted((word for word in set(words(line)) if word in frequency), key=frequency.__getitem__)
            found = database.execute(ask, (" OR ".join(f'"{word}"' for word in rarest[:_WORDS_ASKED]),)).fetchone()
            answers.append(found[0] if found else None)
    return answers


def _rapidfuzz(task: Task) -> Answers:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - an optional peer

    found = (process.extractOne(line, task.register, scorer=fuzz.token_set_ratio) for line in task.lines)
    return [one[2] if one else None for one in found]


def _postgres() -> Path | None:
    """Where the server's programs are, newest first."""
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def _pg_trgm(task: Task) -> Answers:
    with _server() as ask:
        rows = "".join(f"{place}\t{_cell(text)}\n" for place, text in enumerate(task.register))
        lines = "".join(f"{place}\t{_cell(text)}\n" for place, text in enumerate(task.lines))
        printed = ask(
            "CREATE EXTENSION pg_trgm; CREATE TABLE register (place int, text text);"
            "CREATE TABLE line (place int, text text);\n"
            f"COPY register FROM stdin;\n{rows}\\.\nCOPY line FROM stdin;\n{lines}\\.\n"
            "CREATE INDEX ON register USING gist (text gist_trgm_ops(siglen=32));\n"
            f"SET pg_trgm.word_similarity_threshold = {_TRIGRAM_LIMIT};\n"
            "SELECT line.place, near.place FROM line CROSS JOIN LATERAL (SELECT place FROM register"
            " ORDER BY register.text <->> line.text LIMIT 1) near;\n"
        )
    found = dict(tuple(map(int, row.split("|"))) for row in printed.splitlines() if row.count("|") == 1)
    return [found.get(place) for place in range(len(task.lines))]


def _cell(text: str) -> str:
    return text.replace("\\", " ").replace("\t", " ").replace("\n", " ")


@contextmanager
def _server() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL of our own on a socket in a temporary folder; what it is given runs a script."""
    programs = _postgres()
    if programs is None:
        message = "PostgreSQL is not installed"
        raise FileNotFoundError(message)
    owner = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="tenring-pg-"))

    def run(*words_: str, given: str | None = None) -> str:
        done = subprocess.run(
            [programs / words_[0], *words_[1:]], input=given, text=True, capture_output=True, check=True, user=owner,
            cwd=folder,
        )  # fmt: skip
        return done.stdout

    try:
        if owner:
            shutil.chown(folder, owner)
        run("initdb", "--pgdata", f"{folder}/data", "--auth", "trust", "--username", "tenring", "--encoding", "UTF8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
        try:
            psql = ("psql", "-h", str(folder), "-U", "tenring", "-d", "postgres", "-q", "-A", "-t")
            yield lambda script: run(*psql, given=script)
        finally:
            run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
