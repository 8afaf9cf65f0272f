"""Soft-deleted resources with the names of a network's resources, and the dynamic resource that finds them."""
