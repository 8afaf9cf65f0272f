"""Prints the page about findings: `python -m access.findings > docs/reference/findings.md`."""

from access.findings.catalogue import reference

print(reference(), end="")
