"""Screening of uploaded purchases: understood first, then judged in the background, then reported."""
