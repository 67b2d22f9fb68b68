"""Judging a matcher or classifier on labelled data: measures, labelled pairs, the worst errors."""
