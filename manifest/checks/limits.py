"""Check of limits: the network needs no more than a documented limit of Azure that Microsoft does not raise."""

from collections.abc import Iterator

from manifest.check_input import CheckInput, Violation
from manifest.limits import limits

__all__ = ["check_limits"]


def check_limits(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for each fixed limit of Azure that the declared network exceeds."""
    for one in limits(inputs.network.model, inputs.environment.model):
        if one.is_exceeded:
            message = f"Azure allows {one.limit:,} {one.what} ({one.source}), and the network needs {one.needed:,}"
            yield Violation(one.path, f"{message}; split the network, or declare fewer")
