"""What the category model says of many wordings at once.

It stands here because a worker process imports this module quickly, and without the catalogue.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from tenring.screening.learnt.model import load

#: What `guess` makes: the wording, its category where the model is sure, and its nearest ones, the nearest first.
GUESSED = pa.schema(
    [
        ("seen", pa.string()),
        ("category", pa.string()),
        ("score", pa.float64()),
        ("nearest", pa.list_(pa.string())),
    ]
)


def guess(batch: pa.RecordBatch, *, model: Path, among: frozenset[str]) -> pa.RecordBatch:
    """What the model of a file says of each wording of the first column, of the categories `among`."""
    learnt, wordings = load(model), batch.column(0).to_pylist()
    guesses = list(learnt.guesses(wordings, among))
    columns = {
        "seen": wordings,
        "category": [learnt.sure(one) for one in guesses],
        "score": [one.scores[0] if one.scores else None for one in guesses],
        "nearest": [list(one.nearest) for one in guesses],
    }
    return pa.RecordBatch.from_pydict(columns, schema=GUESSED)
