"""Output values and validation rules that the types of many services share.

Owns the functions that build them, and no fact of any service.
"""

from collections.abc import Iterator
from typing import Any

from localazure.arm.resource_type import ComputedOutput, Request, Rules
from localazure.arm.world import DEPLOYER_CLIENT_ID, Values
from localazure.errors import AzureError


def all_of(*rules: Rules) -> Rules:
    """Combine several rules into one, which yields the errors of all."""

    def combined(request: Request) -> Iterator[AzureError]:
        for rule in rules:
            yield from rule(request)

    return combined


def constant(value: Any) -> ComputedOutput:  # noqa: ANN401 (any JSON value)
    """A computed output with the same value for every resource; also the default of an omitted input."""
    return lambda _request: value


def on(_request: Request) -> bool:
    """The default of a switch that is on if it is omitted."""
    return True


def off(_request: Request) -> bool:
    """The default of a switch that is off if it is omitted."""
    return False


def kept_from_creation(path: str, answer: ComputedOutput) -> ComputedOutput:
    """The value at the output `path` since creation; `answer` computes it when the resource is created."""

    def first(request: Request) -> Any:  # noqa: ANN401 (any JSON value)
        before = request.previous_output(path)
        return answer(request) if before is None else before

    return first


def system_data(request: Request) -> Values:
    """The `systemData` output: creator, creation time and last change (ARM RPC v1 *Common API contracts*)."""
    made = request.previous_output("systemData") or {
        "createdAt": request.now,
        "createdBy": DEPLOYER_CLIENT_ID,
        "createdByType": "Application",
    }
    changed = {"lastModifiedAt": request.now, "lastModifiedBy": DEPLOYER_CLIENT_ID, "lastModifiedByType": "Application"}
    return {**made, **changed}
