"""Tests of the limits and quotas that a network needs a part of, and of the errors about exceeded ones."""

from pathlib import Path
from typing import Any

import pytest

from cli.limits_table import limits_table
from localazure.run import RunResult
from manifest import ManifestError
from manifest.limits import Limit, limits
from tests.fabrikam import FABRIKAM, LEGACY
from tests.network.deploying import deploy
from tests.projects import load_project, write_project

ENVIRONMENT = {"location": "westeurope", "resource_group": "contoso-dev", "suffix": "dev7", "production": False}
SOL = {"model": "gpt-5.6-sol", "version": "2026-07-09"}


def small(deployments: int = 1, agents: int = 1) -> dict[str, Any]:
    models = [{"name": f"gpt-{at}", "capacity": 7, **SOL} for at in range(deployments)]
    used = {"models": "use", "findings": "write"}
    return {
        "name": "contoso",
        "registry": {"name": "contoso"},
        "resources": {
            "models": {"kind": "model-account", "account": "contoso-ai", "deployments": models},
            "findings": {"kind": "cosmos-container", "account": "contoso-findings", "database": "findings"},
        },
        "agents": {f"agent-{at}": {"image": "agent", "access": used} for at in range(agents)},
    }


def needed(network: dict[str, Any], root: Path, **settings: Any) -> dict[str, Limit]:  # noqa: ANN401 - any setting
    return {one.what: one for one in limits(*load_project(write_project(root, network, ENVIRONMENT | settings)))}


def counted(result: RunResult, token: str) -> int:
    return sum(one.token == token for one in result.world.resources.values())


@pytest.mark.parametrize("source", [FABRIKAM, LEGACY])
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_limits_count_the_role_assignments_that_a_deployment_creates(source: Path, stack: str) -> None:
    loaded = load_project(source, stack)
    result, rows = deploy(*loaded), {one.what: one.needed for one in limits(*loaded)}

    created = counted(result, "azure-native:authorization:RoleAssignment")
    # Agents that share an identity share the assignments of the same right.
    assert rows["role assignments in the subscription"] >= created
    assert source is LEGACY or rows["role assignments in the subscription"] == created
    assert rows["role assignments of fabrikam-findings"] == counted(
        result, "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"
    )


def test_limits_have_tokens_by_model_and_region_and_machines_by_size(tmp_path: Path) -> None:
    network = small(deployments=3)
    network["hosts"] = {"fleet": {"kind": "aks-cluster", "cluster": "contoso-aks", "private": True}}
    sized = {"clusters": {"fleet": {"node_size": "Standard_NC24ads_A100_v4", "node_count": 3}}}

    rows = needed(network, tmp_path, **sized, model_locations={"contoso-ai": "swedencentral"})

    tokens = rows["tokens per minute: gpt-5.6-sol GlobalStandard swedencentral"]
    assert (tokens.needed, tokens.limit) == (21_000, None)
    assert tokens.command == "az cognitiveservices usage list --location swedencentral"
    assert rows["vCPUs of Standard_NC24ads_A100_v4 in westeurope"].needed == 72
    assert rows["model deployments of contoso-ai"].needed == 3
    assert rows["accounts of models in swedencentral"].needed == 1
    assert all("Microsoft Learn" in one.source for one in rows.values())


@pytest.mark.parametrize(
    ("network", "line", "complaint"),
    [
        (small(deployments=33), "network.yaml:8 resources.models.deployments", "32 model deployments of contoso-ai"),
        (small(agents=2001), "agents", "2,000 role assignments of contoso-findings"),
        (small(agents=2501), "agents", "5,000 role assignments in the subscription"),
    ],
)
def test_network_that_exceeds_a_fixed_limit_of_azure_is_an_error_with_its_line(
    tmp_path: Path, network: dict[str, Any], line: str, complaint: str
) -> None:
    with pytest.raises(ManifestError) as refused:
        load_project(write_project(tmp_path, network, ENVIRONMENT))

    (found,) = [one for one in map(str, refused.value.problems) if complaint in one]
    assert line in found
    assert "and the network needs" in found


def test_network_at_a_fixed_limit_of_azure_is_accepted(tmp_path: Path) -> None:
    assert needed(small(deployments=32), tmp_path)["model deployments of contoso-ai"].needed == 32


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_table_of_limits_fits_80_columns_and_has_the_commands_for_quotas(stack: str) -> None:
    rows = tuple(limits(*load_project(FABRIKAM, stack)))

    text = limits_table(rows)

    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) > len(rows)
    assert "az vm list-usage --location westeurope" in text
