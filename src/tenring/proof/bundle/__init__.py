"""Everything a verifier needs without a network, in one signed file."""
