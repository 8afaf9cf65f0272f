"""Agents: one module a host."""
