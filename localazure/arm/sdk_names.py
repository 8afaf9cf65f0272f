"""Property names of the azure-native SDK that differ from those of Azure's published API types.

Owns the differences, and nothing else: azure-native takes a property's client name from Azure's specification where the
specification has one ("x-ms-client-name"), and writes names with hyphens in camel case. Read from azure-native 3.29.0
(Nov 2026). A test compares every input of the SDK with the published types.
"""

import re
from collections.abc import Mapping
from typing import Any

Types = Mapping[str, dict[str, Any]]

PUBLISHED_NAME = "published_name"
"""Key of the published name in the definition of a renamed property."""

_STORAGE = {
    "StorageAccountPropertiesCreateParametersOrStorageAccountProperties": {
        "isNfsV3Enabled": "enableNfsV3",
        "networkAcls": "networkRuleSet",
        "supportsHttpsTrafficOnly": "enableHttpsTrafficOnly",
    },
    "Encryption": {"identity": "encryptionIdentity", "keyvaultproperties": "keyVaultProperties"},
    "EncryptionIdentity": {
        "federatedIdentityClientId": "encryptionFederatedIdentityClientId",
        "userAssignedIdentity": "encryptionUserAssignedIdentity",
    },
    "KeyVaultProperties": {"keyname": "keyName", "keyvaulturi": "keyVaultUri", "keyversion": "keyVersion"},
    "IPRule": {"value": "iPAddressOrRange"},
    "VirtualNetworkRule": {"id": "virtualNetworkResourceId"},
}
_REGISTRY = {"IPRule": {"value": "iPAddressOrRange"}}

_KEY = {
    "KeyAttributes": {"exp": "expires", "nbf": "notBefore"},
    "KeyProperties": {"release_policy": "releasePolicy"},
}

_ROLE = {"RoleDefinitionProperties": {"type": "roleType"}}

_CLIENT_NAMES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "azure-native:authorization:RoleDefinition": _ROLE,
    "azure-native:containerregistry:Registry": _REGISTRY,
    "azure-native:keyvault:Key": _KEY,
    "azure-native:storage:StorageAccount": _STORAGE,
}
"""Published name and SDK name of each renamed property, by resource type and by published object type."""


def with_sdk_names(token: str, types: Types) -> dict[str, dict[str, Any]]:
    """Return the published API types of a resource type with the property names of the SDK."""
    renamed = _CLIENT_NAMES.get(token, {})
    return {name: _with_names(each, renamed.get(name, {})) for name, each in types.items()}


def _with_names(type_: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if "properties" not in type_:
        return type_
    properties: dict[str, Any] = {}
    for name, each in type_["properties"].items():
        renamed = names.get(name, _camel_case(name))
        properties[renamed] = each if renamed == name else {**each, PUBLISHED_NAME: name}
    return {**type_, "properties": properties}


def _camel_case(name: str) -> str:
    return re.sub(r"-(\w)", lambda found: found[1].upper(), name)
