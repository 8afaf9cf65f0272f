"""GitHub in local Azure: a GitHub app, its installations and tokens, the device flow, and repositories."""
