"""What `access` hands out: the report document, and the ways to show it."""
