"""Reading purchase files: any format people send becomes grids of text, and grids become purchase lines."""

from tenring.screening.read.options import FIELDS, ReadOptions

__all__ = ["FIELDS", "ReadOptions"]
