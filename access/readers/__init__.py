"""Readers: one module a source of graphs, each ending in the same `Graph`."""
