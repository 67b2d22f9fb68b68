"""Webhooks: who wants to know is told when a licence's status changes, a snapshot is published, a screening ends."""
