"""Tests of the digests of a state and of a preview: equal for the same resources, and different for any other."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from access.azure.flat_properties import SIGNATURE
from release.inputs.state import state_digest
from release.resource_changes import change_rows, changed_urns, resource_changes

SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:one"}
STATE: dict[str, Any] = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2026-11-29T12:00:00Z", "version": "v3.260.0"},
        "secrets_providers": {"type": "passphrase", "state": {"salt": "one"}},
        "metadata": {"integrity_error": None},
        "resources": [{"urn": "urn:pulumi:dev::p::t::a", "id": "/a", "outputs": {"key": SECRET, "size": 1}}],
    },
}
A, B = "urn:pulumi:dev::p::t::a", "urn:pulumi:dev::p::t::b"
PREVIEW: dict[str, Any] = {
    "steps": [
        {
            "op": "create",
            "urn": "urn:pulumi:dev::p::t::c",
            "newState": {
                "type": "t",
                "inputs": {"zones": ["1", "2"]},
                "propertyDependencies": {"scope": [A, B]},
                "sourcePosition": "one",
                "created": "2026-11-29T12:00:00Z",
            },
        }
    ]
}


def changed(document: dict[str, Any], change: Callable[[Any], object]) -> dict[str, Any]:
    """Return a copy of a document with a change."""
    another = copy.deepcopy(document)
    change(another)
    return another


def resource(state: dict[str, Any]) -> dict[str, Any]:
    return state["deployment"]["resources"][0]


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        (lambda state: state["deployment"]["manifest"].update(time="2026-11-30T12:00:00Z"), True),
        (lambda state: state["deployment"]["secrets_providers"]["state"].update(salt="two"), True),
        (lambda state: resource(state)["outputs"]["key"].update(ciphertext="v1:two"), True),
        (lambda state: state["deployment"].update(pending_operations=[]), True),
        (lambda state: resource(state)["outputs"].update(size=2), False),
        (lambda state: resource(state)["outputs"].update(key="no longer a secret"), False),
        (lambda state: resource(state)["outputs"].update(ciphertext="of no secret"), False),
        (lambda state: resource(state).update(id="/b"), False),
        (lambda state: state["deployment"]["resources"].append({"urn": B}), False),
        (lambda state: state["deployment"].update(pending_operations=[{"type": "creating"}]), False),
    ],
)
def test_digest_of_a_state_changes_with_its_resources_and_not_with_time_or_encryption(
    change: Callable[[Any], object], *, is_same: bool
) -> None:
    assert (state_digest(STATE) == state_digest(changed(STATE, change))) is is_same


def step(preview: dict[str, Any]) -> dict[str, Any]:
    return preview["steps"][0]["newState"]


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        (lambda preview: step(preview)["propertyDependencies"].update(scope=[B, A]), True),
        (lambda preview: step(preview).update(sourcePosition="two", created="later"), True),
        (lambda preview: step(preview)["inputs"].update(zones=["2", "1"]), False),
        (lambda preview: step(preview)["propertyDependencies"].update(scope=[A]), False),
        (lambda preview: preview["steps"][0].update(op="replace"), False),
        (lambda preview: preview["steps"].append({"op": "delete", "urn": A}), False),
        (lambda preview: preview["steps"].clear(), False),
    ],
)
def test_preview_differs_from_another_by_its_steps_and_not_by_the_order_of_dependencies(
    change: Callable[[Any], object], *, is_same: bool
) -> None:
    now = resource_changes(changed(PREVIEW, change))

    assert (changed_urns(change_rows(resource_changes(PREVIEW)), now) == ()) is is_same
