"""Public pages of the register: search, licences, programmes, economies, categories, criteria."""
