"""Hypothesis settings of property tests that deploy networks."""

from typing import Any

from hypothesis import HealthCheck, Phase, settings

__all__ = ["Project", "few"]

# A network takes a second to deploy: few examples, always the same, and none made smaller where one fails.
few = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] (iterating gives the checks)
)


Project = tuple[dict[str, Any], dict[str, Any], str]
"""A network, its environment and the name of the stack, as plain data."""
