"""Simulated Azure Resource Manager: resource types, the handling of requests, and the state that requests change."""
