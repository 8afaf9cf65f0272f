"""Tests that local Azure takes every input of azure-native by the name that the SDK gives it."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from localazure.arm import api_types
from localazure.arm.resource_type import ResourceType
from localazure.arm.sdk_names import with_sdk_names
from localazure.azure import LocalAzure
from localazure.errors import InvalidInputs
from localazure.services import catalogue
from tests.localazure.samples import with_needs

NATIVE = {kind.token: kind for kind in catalogue() if kind.token.startswith("azure-native:")}
ACCOUNT = "azure-native:storage:StorageAccount"
Schema = dict[str, Any]


class Published:
    """Published API types of one resource type, with the names of the SDK."""

    def __init__(self, kind: ResourceType) -> None:
        path = api_types.DATA / f"{api_types.provider_of(kind.token)}.json"
        definition = json.loads(path.read_text("utf-8"))[kind.token]
        self.types = with_sdk_names(kind.token, definition["types"])
        self.body: Schema = {"ref": definition["arm_type"]}

    def properties(self, schemas: list[Schema]) -> dict[str, list[Schema]]:
        """Return the properties of object types and of their variants, each with every schema that it can have."""
        found: dict[str, list[Schema]] = {}
        for schema in schemas:
            resolved = self.types[schema["ref"]] if "ref" in schema else schema
            for name, each in resolved.get("properties", {}).items():
                found.setdefault(name, []).append(each)
            for name, inner in self.properties(list(resolved.get("variants", {}).values())).items():
                found.setdefault(name, []).extend(inner)
            if "items" in resolved:
                for name, inner in self.properties([resolved["items"]]).items():
                    found.setdefault(name, []).extend(inner)
        return found

    def flattened(self, schemas: list[Schema]) -> dict[str, list[Schema]]:
        own = self.properties(schemas)
        return self.properties(own.get("properties", [])) | own

    def is_open(self, schemas: list[Schema]) -> bool:
        """Return True if one of the types accepts properties of any name, or any value."""
        resolved = [self.types[each["ref"]] if "ref" in each else each for each in schemas]
        return any("additional" in each or "type" not in each for each in resolved)


def inputs_of(args: type) -> Iterator[tuple[str, set[str]]]:
    """Yield the name of every input of an SDK class, and the names of the classes that its value can have."""
    for name, found in inspect.getmembers(args, lambda member: isinstance(member, property)):
        getter = found.fget
        yield getattr(getter, "_pulumi_name", name), set(re.findall(r"\b(\w+Args)\b", str(getter.__annotations__)))


def unknown_inputs(kind: ResourceType) -> tuple[list[str], int]:
    """Return the SDK's inputs of a resource type that its published type does not have, and the number of all."""
    _, module_name, class_name = kind.token.split(":")
    module: ModuleType = importlib.import_module(f"pulumi_azure_native.{module_name}")
    published = Published(kind)
    missing: list[str] = []
    seen: set[tuple[str, str]] = set()

    def compare(args: type, schemas: list[Schema], path: str, above: frozenset[str] = frozenset()) -> None:
        known = published.flattened(schemas)
        for name, classes in inputs_of(args):
            here = f"{path}.{name}".lstrip(".")
            if name in above or (args.__name__, here) in seen:
                continue
            seen.add((args.__name__, here))
            if name not in known:
                missing.append(here)
                continue
            for inner in sorted(classes):
                if hasattr(module, inner) and not published.is_open(known[name]) and here.count(".") < 6:
                    compare(getattr(module, inner), known[name], here)

    compare(getattr(module, f"{class_name}Args"), [published.body], "", frozenset(kind.path_inputs))
    return missing, len(seen)


@pytest.mark.parametrize("token", sorted(NATIVE))
def test_every_input_of_the_azure_native_sdk_is_an_input_of_local_azure(token: str) -> None:
    missing, count = unknown_inputs(NATIVE[token])

    assert count
    assert missing == []


def test_storage_account_in_local_azure_takes_the_inputs_that_azure_native_renames(azure: LocalAzure) -> None:
    inputs = with_needs(azure, ACCOUNT)
    renamed = {
        "enableHttpsTrafficOnly": True,
        "enableNfsV3": False,
        "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "198.51.100.7"}]},
        "encryption": {
            "keySource": "Microsoft.Keyvault",
            "keyVaultProperties": {"keyName": "one"},
            "encryptionIdentity": {"encryptionUserAssignedIdentity": "/subscriptions/s"},
        },
    }

    checked = azure.check(ACCOUNT, inputs | renamed, name="one")
    assert {name: checked[name] for name in renamed} == renamed
    _, outputs = azure.create(ACCOUNT, checked)
    assert outputs["networkRuleSet"]["defaultAction"] == "Deny"


@pytest.mark.parametrize(
    ("published", "renamed"),
    [
        ("supportsHttpsTrafficOnly", "enableHttpsTrafficOnly"),
        ("isNfsV3Enabled", "enableNfsV3"),
        ("networkAcls", "networkRuleSet"),
    ],
)
def test_published_name_that_azure_native_renames_is_refused_by_local_azure(
    azure: LocalAzure, published: str, renamed: str
) -> None:
    with pytest.raises(InvalidInputs, match=f"{published}: no such property; azure-native calls it '{renamed}'"):
        azure.check(ACCOUNT, with_needs(azure, ACCOUNT) | {published: True}, name="one")
