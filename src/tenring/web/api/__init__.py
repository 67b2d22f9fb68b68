"""The REST API under `/api/v1`: each endpoint calls the function that a command calls, and answers as its `--json`."""
