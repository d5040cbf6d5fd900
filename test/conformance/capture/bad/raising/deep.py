"""Fails when it is imported."""
TABLE = {"small": 1}
SIZE = TABLE["large"]  # here
