"""Screening: purchases in; obligations, matches, verdicts and a report out."""
