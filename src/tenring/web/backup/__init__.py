"""Everything of a home and its database in one file, and back: checked as a whole before anything changes places."""
