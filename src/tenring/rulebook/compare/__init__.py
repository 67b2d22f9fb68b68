"""Reader 3: two revisions compared clause by clause, by a solver (z3), every difference shown by a product.

Nothing is imported here, so that only who compares loads the solver.
"""
