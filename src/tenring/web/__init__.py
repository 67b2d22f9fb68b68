"""The web application: pages and, later, an API over the functions that the command line calls.

Django lives only here.
"""
