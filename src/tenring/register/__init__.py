"""Registers of certified products: read publishers' files, keep their history, publish snapshots of all of them."""
