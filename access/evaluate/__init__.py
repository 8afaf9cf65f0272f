"""Effective access: evaluates role assignments, conditions and keys against a graph."""
