"""Our own renditions of the few JSON-LD contexts without which no credential can be issued or verified offline.

`terms` is a table of what each term means by its specification, written by us; here it becomes a context that expands
every term exactly as the published one does. These come first wherever a context is asked for, so nobody can swap them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from tenring.proof.contexts.terms import credentials, data_integrity, multikey
from tenring.proof.material import Documents, Held

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
#: Both give every unknown term an address of its own; examples and tests are written with them.
EXAMPLES: Final = "https://www.w3.org/ns/credentials/examples/v2"
UNDEFINED_TERMS: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"
MULTIKEY: Final = "https://w3id.org/security/multikey/v1"
#: The day the specifications became Recommendations; their contexts have not changed since, and must not.
_SINCE: Final = datetime(2025, 5, 15, tzinfo=UTC)

OWN: Final = Documents(
    {
        address: Held(address, json.dumps({"@context": context}).encode("utf-8"), _SINCE)
        for address, context in (
            (CREDENTIALS, credentials()),
            (DATA_INTEGRITY, data_integrity()),
            (EXAMPLES, {"@vocab": "https://www.w3.org/ns/credentials/examples#"}),
            (UNDEFINED_TERMS, {"@vocab": "https://www.w3.org/ns/credentials/undefined-term#"}),
            (MULTIKEY, multikey()),
        )
    }
)
