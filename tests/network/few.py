"""Hypothesis settings, and the type of a generated project, in the property tests of networks."""

from typing import Any

from tests.derandomized import derandomized

__all__ = ["Project", "few"]

few = derandomized(8)


Project = tuple[dict[str, Any], dict[str, Any], str]
"""A network, its environment and the name of the stack, as plain data."""
