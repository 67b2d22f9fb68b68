"""Search in a snapshot: words, model numbers, typos, Chinese, Japanese and Korean, on any date, with exact counts.

`build_index` writes the index of a snapshot, `search` asks it once, `SearchIndex` stays open for many questions.
"""

from tenring.register.search.answer import ANY, FACETS, Hit, Kind, Query, Reason, Results
from tenring.register.search.build import build_index
from tenring.register.search.index import SearchIndex, search

__all__ = ["ANY", "FACETS", "Hit", "Kind", "Query", "Reason", "Results", "SearchIndex", "build_index", "search"]
