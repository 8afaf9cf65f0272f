"""Parses and evaluates the conditions of Azure role assignments (ABAC)."""
