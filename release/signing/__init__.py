"""Keyless signatures of a release's statements, by the identity of the workflow that a stack declares."""
