"""Tests of re-creating a destroyed stack: soft-deleted resources keep their names until they are recovered."""

from pathlib import Path
from typing import Any

import pytest

from localazure.run import Operation, RunResult, run
from tests.network.deploying import described, touched
from tests.projects import NAMESPACE

# One resource of each kind whose deleted resources keep their name.
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contoso", "existing": True},
    "resources": {
        "key": {"kind": "key-vault-secret", "vault": "contoso-vault"},
        "models": {
            "kind": "model-account",
            "account": "contoso-openai",
            "deployments": [{"name": "luna", "model": "gpt-5.6-luna", "version": "2026-07-09"}],
        },
        "settings": {"kind": "app-configuration", "store": "contoso-settings"},
    },
    "hosts": {"research": {"kind": "foundry-project", "account": "contoso-foundry"}},
    "agents": {"reader": {"image": "reader", "access": {"key": "read", "models": "use", "settings": "read"}}},
}
ENVIRONMENT: dict[str, Any] = {"location": "swedencentral", "resource_group": "contoso", "suffix": "dev7"}
NAMES = {"contoso-vault", "models", "settings", "contoso-foundry"}
_PLAIN = {"production": False}


def _run(path: Path, operation: Operation, **settings: object) -> RunResult:
    from components.network import AgentNetwork  # noqa: PLC0415 (with the program, as in a project)

    network, environment = described(NETWORK, ENVIRONMENT | _PLAIN | settings, "dev")

    def program() -> None:
        AgentNetwork(network.name, {"network": network, "environment": environment})

    return run(program, project=NAMESPACE, stack="dev", config={}, operation=operation, path=path)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the state of local Azure after the network was deployed and destroyed."""
    path = tmp_path_factory.mktemp("destroyed") / "dev.json"
    assert _run(path, Operation.UP).ok
    assert _run(path, Operation.DESTROY).ok
    return path.read_bytes()


@pytest.fixture
def destroyed(tmp_path: Path, state: bytes) -> Path:
    """Return a state file of local Azure, after the network was deployed and destroyed, for one test to change."""
    path = tmp_path / "dev.json"
    path.write_bytes(state)
    return path


def _messages(result: RunResult) -> str:
    return "\n".join(failure.message for failure in result.failures)


def test_destroyed_stack_cannot_be_created_again_while_azure_keeps_its_deleted_names(destroyed: Path) -> None:
    result = _run(destroyed, Operation.UP)

    refused = {failure.message.partition("'")[2].partition("'")[0] for failure in result.failures}
    assert {"contoso-vault-dev7", "contoso-openai-dev7", "contoso-settings-dev7", "contoso-foundry-dev7"} <= refused


@pytest.mark.parametrize("operation", [Operation.PREVIEW, Operation.UP])
def test_deleted_resources_are_reported_before_anything_is_created(destroyed: Path, operation: Operation) -> None:
    result = _run(destroyed, operation, deleted="report")

    assert not result.ok
    for name in ("vaults/contoso-vault", "accounts/contoso-openai", "accounts/contoso-foundry", "contoso-settings"):
        assert f"{name}-dev7" in _messages(result)
    assert "deleted: recover" in _messages(result)
    assert not [step for step in result.steps if step.record.custom]


def test_deleted_resources_are_recovered_and_their_declared_properties_are_written_next(destroyed: Path) -> None:
    planned = touched(_run(destroyed, Operation.PREVIEW, deleted="recover"))
    first = _run(destroyed, Operation.UP, deleted="recover")
    second = _run(destroyed, Operation.UP, deleted="recover")

    assert first.ok, _messages(first)
    assert touched(first) == planned
    assert set(planned) == {"create", "read"}
    assert not first.world.soft_deleted
    assert touched(second) == {"update": {*NAMES, "contoso-deleted-resources"}}
    assert touched(_run(destroyed, Operation.UP, deleted="recover")) == {}


def test_recovered_resource_has_its_old_properties_until_the_next_update(destroyed: Path) -> None:
    tags = {"owner": "security"}
    first = _run(destroyed, Operation.UP, deleted="recover", tags=tags)
    vault = "azure-native:keyvault:Vault"
    seen = [[one.outputs.get("tags") for one in first.world.resources.values() if one.token == vault]]
    second = _run(destroyed, Operation.UP, deleted="recover", tags=tags)
    seen.append([one.outputs.get("tags") for one in second.world.resources.values() if one.token == vault])

    assert seen[1] == [tags]
    assert seen[0] != seen[1]


def test_first_deployment_creates_everything_whatever_the_handling_of_deleted_resources(tmp_path: Path) -> None:
    results = [_run(tmp_path / f"{one}.json", Operation.UP, deleted=one) for one in ("recover", "report")]

    assert [result.ok for result in results] == [True, True]
    assert {one for result in results for one in touched(result)} == {"create", "read"}


def test_deleted_resource_of_another_group_is_reported_since_it_cannot_be_recovered(destroyed: Path) -> None:
    result = _run(destroyed, Operation.UP, deleted="recover", resource_group="other")

    assert "resourceGroups/contoso/providers/Microsoft.KeyVault/vaults/contoso-vault-dev7" in _messages(result)
    assert not [step for step in result.steps if step.record.custom]


def _deletion_settings(result: RunResult) -> dict[str, tuple[object, object]]:
    """Return retention in days and purge protection of the vault and the store."""
    found: dict[str, tuple[object, object]] = {}
    for one in result.world.resources.values():
        held = one.outputs.get("properties", one.outputs)
        if "softDeleteRetentionInDays" in held:
            label = one.token.rpartition(":")[2]
            found[label] = (held["softDeleteRetentionInDays"], held.get("enablePurgeProtection") or False)
    return found


def test_vaults_and_stores_are_protected_from_purging_unless_an_environment_turns_it_off(tmp_path: Path) -> None:
    kept = {"Vault": (90, True), "ConfigurationStore": (7, True)}
    short = {"Vault": (7, False), "ConfigurationStore": (1, False)}
    path = tmp_path / "dev.json"

    assert _deletion_settings(_run(tmp_path / "other.json", Operation.UP, purge_protection=False)) == short
    assert _deletion_settings(_run(path, Operation.UP)) == kept
    off = _run(path, Operation.UP, purge_protection=False)
    assert off.ok, _messages(off)
    assert _deletion_settings(off) == kept, "neither can be changed after the creation"
