"""The published lists, brought together under the pinned roots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tenring.proof.material import Material
from tenring.proof.strict import JsonObject
from tenring.proof.trust.model import TrustModel
from tenring.proof.trust.roots import Roots

#: Reads a secured credential and returns it when its issuer's own key, valid then, signed it; raises `ProofError`.
Prove = Callable[[bytes], JsonObject]


def load_trust(material: Material, roots: Roots, at: datetime, prove: Prove) -> TrustModel:
    """Who is recognised, as the lists say that can be relied on at this moment.

    Nothing is raised for a list that is missing, stale, or signed by nobody who may: it is a gap of the model, and what
    depends on it is unknown.
    """
    raise NotImplementedError
