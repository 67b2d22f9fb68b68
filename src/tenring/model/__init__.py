"""The words of Tenring as small frozen dataclasses, and the tables they become. Imports no other part."""
