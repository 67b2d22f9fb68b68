"""Tenring: the open register, rulebook and proof of green purchasing."""

__version__ = "0.1.0"
