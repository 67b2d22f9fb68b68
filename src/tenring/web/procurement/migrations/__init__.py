"""Changes of the tables of procurement."""
