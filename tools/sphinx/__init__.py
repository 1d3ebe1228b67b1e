"""Sphinx extensions that make the pages of the site from docstrings, the table of ops, notebooks and the palette."""
