"""Tests of the settings for landing zones: zones, own keys, and logs that policies collect."""

from pathlib import Path
from typing import Any, cast

import pytest

from localazure.arm.world import Resource
from localazure.run import Operation, RunResult
from tests.contracts.networks import SUBSCRIPTION
from tests.network.deploying import deploy, described, touched, verbs
from tests.network.test_recreating import ENVIRONMENT
from tests.network.test_recreating import NETWORK as RECOVERABLE

NETWORK: dict[str, Any] = {
    **RECOVERABLE,
    "registry": {"name": "contosoimages"},
    "resources": {
        **RECOVERABLE["resources"],
        "documents": {"kind": "blob-container", "account": "contosodocs"},
        "orders": {"kind": "cosmos-container", "account": "contoso-orders", "database": "orders"},
        "jobs": {"kind": "service-bus-queue", "namespace": "contoso-bus"},
        "texts": {"kind": "search-index", "service": "contoso-search"},
    },
}
IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shared/providers/Microsoft.ManagedIdentity/userAssignedIdentities/e"
)
KEY = "https://contoso-keys.vault.azure.net/keys/data"
VERSION = "0123456789abcdef0123456789abcdef"


def _deploy(path: Path, operation: Operation = Operation.UP, **settings: object) -> RunResult:
    environment = ENVIRONMENT | {"production": False} | settings
    return deploy(*described(NETWORK, environment, "dev"), path, operation)


def _of(result: RunResult, label: str) -> list[Resource]:
    return [one for one in result.world.resources.values() if one.token.endswith(f":{label}") and not one.adopted]


def _setting(result: RunResult, label: str, *path: str | int) -> list[Any]:
    found: list[Any] = []
    for one in _of(result, label):
        value: Any = one.inputs
        for step in path:
            value = value[step] if isinstance(step, int) else cast("dict[str, Any]", value or {}).get(step)
        found.append(value)
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return _deploy(tmp_path_factory.mktemp("plain") / "dev.json")


def test_environment_whose_policies_collect_logs_has_no_diagnostic_setting_and_no_workspace(
    tmp_path: Path, plain: RunResult
) -> None:
    result = _deploy(tmp_path / "dev.json", logs="none")

    assert {len(_of(plain, label)) > 0 for label in ("DiagnosticSetting", "Workspace")} == {True}
    assert [*_of(result, "DiagnosticSetting"), *_of(result, "Workspace")] == []
    assert verbs(result) == verbs(plain)


@pytest.mark.parametrize(("redundancy", "sku"), [("zone", "Standard_ZRS"), ("geo-zone", "Standard_GZRS")])
def test_redundant_environment_has_its_data_in_several_zones(
    tmp_path: Path, plain: RunResult, redundancy: str, sku: str
) -> None:
    result = _deploy(tmp_path / "dev.json", redundancy=redundancy)

    assert _setting(result, "StorageAccount", "sku", "name") == [sku]
    assert _setting(result, "Registry", "zoneRedundancy") == ["Enabled"]
    assert _setting(result, "DatabaseAccount", "locations", 0, "isZoneRedundant") == [True]
    assert _setting(result, "Service", "replicaCount") == [3]
    assert verbs(result) == verbs(plain)
    assert touched(_deploy(tmp_path / "dev.json", redundancy=redundancy)) == {}


def test_redundancy_of_a_deployed_storage_account_is_not_changed_in_place(tmp_path: Path) -> None:
    _deploy(tmp_path / "dev.json")

    with pytest.raises(AssertionError, match="cannot be changed from Standard_LRS to Standard_ZRS in place"):
        _deploy(tmp_path / "dev.json", redundancy="zone")


@pytest.mark.parametrize("version", [None, VERSION])
def test_own_key_encrypts_every_resource_with_data_whose_type_takes_one(
    tmp_path: Path, plain: RunResult, version: str | None
) -> None:
    key = KEY if version is None else f"{KEY}/{version}"
    result = _deploy(tmp_path / "dev.json", customer_key={"key": key, "identity": IDENTITY})
    parts = {"keyName": "data", "keyVaultUri": "https://contoso-keys.vault.azure.net"}
    parts |= {} if version is None else {"keyVersion": version}
    client = _setting(result, "Registry", "encryption", "keyVaultProperties", "identity")[0]

    assert _setting(result, "StorageAccount", "encryption", "keyVaultProperties") == [parts]
    assert _setting(result, "Registry", "encryption", "keyVaultProperties", "keyIdentifier") == [key]
    assert _setting(result, "DatabaseAccount", "keyVaultKeyUri") == [KEY]
    assert _setting(result, "Namespace", "encryption", "keyVaultProperties") == [
        [{**parts, "identity": {"userAssignedIdentity": IDENTITY}}]
    ]
    assert (
        _setting(result, "Account", "properties", "encryption", "keyVaultProperties")
        == [{**parts, "identityClientId": client}] * 2
    )
    assert _setting(result, "ConfigurationStore", "encryption", "keyVaultProperties") == [
        {"keyIdentifier": key, "identityClientId": client}
    ]
    assert verbs(result) == verbs(plain), "the identity of the key gets no access from the network"
