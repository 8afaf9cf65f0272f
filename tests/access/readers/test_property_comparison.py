"""Tests that properties which a policy or a person changed in Azure are found in live Azure."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

import pytest

from access.findings import check
from access.model.graph import Graph
from access.readers import live, local
from access.readers.property_comparison import differences_of
from localazure.run import RunResult
from tests import fabrikam
from tests.access.readers.arm_server import BASE, SUBSCRIPTION, Arm, Signed, of_stack, serving
from tests.access.readers.sources import deployed, printed, rows

Path = tuple[str | int, ...]
WORDS = {"Enabled": "Disabled", "Disabled": "Enabled"}


@pytest.fixture(scope="module")
def result() -> RunResult:
    return deployed(fabrikam.network(), fabrikam.environment("prod"), "prod")[0]


@pytest.fixture(scope="module")
def program(result: RunResult) -> Graph:
    return local.read(printed(result))


def changed(arm: Arm, arm_type: str, name: str, **properties: object) -> None:
    """Change properties of one resource in Azure's lists."""
    for path, listed in arm.lists.items():
        if path in {f"{BASE}/providers/{arm_type}".lower(), f"{BASE}/resources".lower()}:
            for row in listed:
                if row["id"].endswith(f"/{name}"):
                    row["properties"] = {**row.get("properties", {}), **properties}


def found_in(arm: Arm, program: Graph) -> set[str]:
    with serving(arm):
        graph = live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint, network="fabrikam", stack="prod", like=program)
    return {one.what for one in check(graph, today=date(2026, 1, 1)) if one.rule.id == "changed-property"}


def test_network_that_nobody_changed_in_azure_has_no_changed_property(result: RunResult, program: Graph) -> None:
    assert found_in(copy.deepcopy(of_stack(rows(result), [])), program) == set()


def test_properties_that_a_policy_changed_in_azure_are_findings_with_both_values(
    result: RunResult, program: Graph
) -> None:
    arm = copy.deepcopy(of_stack(rows(result), []))
    changed(arm, "Microsoft.KeyVault/vaults", "fabrikam-vault-prd7", publicNetworkAccess="Disabled")
    changed(arm, "Microsoft.Storage/storageAccounts", "fabrikaminputprd7", networkAcls={"defaultAction": "Deny"})
    changed(arm, "Microsoft.ContainerRegistry/registries", "fabrikamprd7", publicNetworkAccess="Disabled")
    changed(arm, "Microsoft.App/managedEnvironments", "fabrikam-prod", zoneRedundant=True)

    assert found_in(arm, program) == {
        "'fabrikam-vault-prd7': publicNetworkAccess is 'Disabled' in Azure, and 'Enabled' in the program",
        "'fabrikaminputprd7': networkAcls.defaultAction is 'Deny' in Azure, and 'Allow' by default in the program",
        "'fabrikam': publicNetworkAccess is 'Disabled' in Azure, and 'Enabled' in the program",
    }


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the paths and values of all booleans, numbers and one-word texts."""
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, inner in enumerate(cast("Sequence[object]", value)):
            yield from leaves(inner, (*path, number))
    elif isinstance(value, bool | int) or value in WORDS:
        yield path, value


def with_value(value: Any, path: Path, new: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a copy of a JSON value with another value at one path."""
    if not path:
        return new
    copied = copy.copy(value)
    copied[path[0]] = with_value(value[path[0]], path[1:], new)
    return copied


def other(value: object) -> object:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else WORDS[str(value)]


def test_every_changed_boolean_number_or_switch_of_the_program_is_found_and_nothing_else(program: Graph) -> None:
    count = 0
    for resource in program.resources:
        declared = resource.flat_properties
        assert differences_of(declared, declared) == ()
        for path, value in leaves(declared):
            (found,) = differences_of(declared, with_value(declared, path, other(value)))
            assert found.property.replace("]", "").replace("[", ".").split(".") == list(map(str, path))
            count += 1

    assert count > 100


@pytest.mark.parametrize(
    "live_values",
    [
        {"location": "Sweden Central", "sku": {"name": "STANDARD"}},
        {"Sku": {"Name": "standard", "tier": "Standard"}, "more": True},
        {},
    ],
)
def test_spelling_of_azure_and_properties_that_only_azure_has_are_not_reported(live_values: dict[str, Any]) -> None:
    declared = {"location": "swedencentral", "sku": {"name": "Standard"}, "scope": "/subscriptions/x"}

    assert differences_of(declared, {"scope": "/subscriptions/y", **live_values}) == ()


def test_value_that_looks_like_a_credential_is_not_shown_in_a_difference() -> None:
    secret = "ghp" + "_0123456789abcdefghijklmnopqrstuvwxyzABCD"[:37]

    (found,) = differences_of({"value": "word"}, {"value": secret})

    assert secret not in found.live
