"""Readers: one module per source of graphs; all return the same `Graph`."""
