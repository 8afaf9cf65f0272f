"""Hypothesis settings with a fixed choice of few examples, for tests that deploy a network for each."""

from hypothesis import HealthCheck, Phase, settings

__all__ = ["derandomized"]


def derandomized(examples: int) -> settings:
    """Return settings for few examples, always the same, and none made smaller: a network takes a second to deploy."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] (iterating gives the checks)
    )
