"""Criteria documents as data: read, judged, checked."""
