"""What agents can be granted: one module a kind, one a thing that holds several."""
