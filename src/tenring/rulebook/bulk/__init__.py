"""Judge millions of products: a revision as SQL over a table of properties, with the answers of `judge`."""
