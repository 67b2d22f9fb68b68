"""One file per verb of the command line; each is thin over a library function."""
