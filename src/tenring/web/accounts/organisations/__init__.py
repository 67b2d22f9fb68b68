"""Organisations in the browser: made, joined by invitation, changed, left, closed; and the log of all that."""
