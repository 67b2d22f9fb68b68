"""Verification for people: does this certificate hold today, who says so, and why."""
