"""Computes effective access by evaluating role assignments, conditions and access keys in a graph."""
