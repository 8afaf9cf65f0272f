"""Output values and validation rules that the resource types of many services share.

Owns the functions that build them, and no fact of any service.
"""

from collections.abc import Iterator
from typing import Any

from localazure.arm.resource_type import ComputedOutput, Request, Rules
from localazure.arm.world import DEPLOYER_CLIENT_ID, Values
from localazure.errors import AzureError


def all_of(*rules: Rules) -> Rules:
    """Combine several validation rules into one rule that yields the errors of every one of them."""

    def combined(request: Request) -> Iterator[AzureError]:
        for rule in rules:
            yield from rule(request)

    return combined


def own_identity_circle(request: Request, thing: str) -> AzureError:
    """Return the refusal of a new resource that needs something which its own identity has to be permitted to read."""
    return AzureError(
        "OwnIdentityBeforeCreation",
        f"the dependencies form a circle: '{request.name}' needs {thing}, reading it needs a role of the resource's"
        " system-assigned identity, and that identity begins with the resource; give a user-assigned identity that has"
        f" the role before, or add {thing} to the existing resource",
    )


def constant(value: Any) -> ComputedOutput:  # noqa: ANN401 (any JSON value)
    """Return a function that computes an output, or the default of an omitted input, as always the same value."""
    return lambda _request: value


def on(_request: Request) -> bool:
    """Return True: the default of a boolean input that Azure enables if it is omitted."""
    return True


def off(_request: Request) -> bool:
    """Return False: the default of a boolean input that Azure disables if it is omitted."""
    return False


def kept_from_creation(path: str, answer: ComputedOutput) -> ComputedOutput:
    """Return a function that computes an output when a resource is created and keeps that value in updates."""

    def first(request: Request) -> Any:  # noqa: ANN401 (any JSON value)
        before = request.previous_output(path)
        return answer(request) if before is None else before

    return first


def system_data(request: Request) -> Values:
    """Return the output `systemData`: creator, creation time and last change (ARM RPC v1 *Common API contracts*)."""
    made = request.previous_output("systemData") or {
        "createdAt": request.now,
        "createdBy": DEPLOYER_CLIENT_ID,
        "createdByType": "Application",
    }
    changed = {"lastModifiedAt": request.now, "lastModifiedBy": DEPLOYER_CLIENT_ID, "lastModifiedByType": "Application"}
    return {**made, **changed}
