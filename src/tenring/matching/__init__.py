"""Matching product descriptions with certified products: named, weighted features; published versions never change."""
