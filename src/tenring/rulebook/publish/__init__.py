"""Criteria as others read them: a UNTP conformity vocabulary, OSCAL catalogues, and pages for people."""

from __future__ import annotations

from tenring.rulebook.publish.write import Published, publish

__all__ = ["Published", "publish"]
