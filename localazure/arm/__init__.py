"""Simulated Azure Resource Manager: resource types, requests, and the world that they change."""
