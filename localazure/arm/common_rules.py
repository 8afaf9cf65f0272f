"""Answers and rules that the types of many services share.

Owns how they are put together, no fact of any service.
"""

from collections.abc import Iterator
from typing import Any

from localazure.arm.resource_type import ComputedOutput, Request, Rules
from localazure.arm.world import DEPLOYER_CLIENT_ID, Values
from localazure.errors import AzureError


def all_of(*rules: Rules) -> Rules:
    """One rule of several; each finds what it finds."""

    def every(request: Request) -> Iterator[AzureError]:
        for rule in rules:
            yield from rule(request)

    return every


def constant(value: Any) -> ComputedOutput:  # noqa: ANN401 (any JSON value)
    """An answer that is the same for every resource; also the value that Azure takes where an input is left out."""
    return lambda _request: value


def on(_request: Request) -> bool:
    """The answer of a switch that is on where it is left out."""
    return True


def off(_request: Request) -> bool:
    """The answer of a switch that is off where it is left out."""
    return False


def kept_from_creation(path: str, answer: ComputedOutput) -> ComputedOutput:
    """What stands at the output `path` since creation; `answer` where the resource is being created."""

    def first(request: Request) -> Any:  # noqa: ANN401 (any JSON value)
        before = request.previous_output(path)
        return answer(request) if before is None else before

    return first


def system_data(request: Request) -> Values:
    """Who made the resource and when, and who changed it last (`systemData`, ARM RPC v1 *Common API contracts*)."""
    made = request.previous_output("systemData") or {
        "createdAt": request.now,
        "createdBy": DEPLOYER_CLIENT_ID,
        "createdByType": "Application",
    }
    changed = {"lastModifiedAt": request.now, "lastModifiedBy": DEPLOYER_CLIENT_ID, "lastModifiedByType": "Application"}
    return {**made, **changed}
