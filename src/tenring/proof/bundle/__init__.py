"""Everything a verifier needs without a network, in one signed file.

A bundle is a ZIP archive without compression: `index.json`, signed, names each document by address with its hash, when
it was got and until when it may be relied on; `documents/<sha256>` hold them as their publishers served them. Nothing
is ever unpacked to a file, nothing is compressed, and every document is compared with its hash when it is used.
"""

from tenring.proof.bundle.collect import Collected, collect
from tenring.proof.bundle.index import BundleLimits, Index
from tenring.proof.bundle.open import Bundle, open_bundle
from tenring.proof.bundle.seen import SeenBundles
from tenring.proof.bundle.write import apply_delta, write_bundle

__all__ = [
    "Bundle",
    "BundleLimits",
    "Collected",
    "Index",
    "SeenBundles",
    "apply_delta",
    "collect",
    "open_bundle",
    "write_bundle",
]
