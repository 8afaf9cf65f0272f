"""Whether a resource can be opened with a key, besides by a role.

Owns what each type's switch is called, and what it means where nobody set it. Roles say nothing about who has a key:
where keys work, a list of roles is not all the access that there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from access.azure.scopes import ancestors, key


@dataclass(frozen=True)
class _Switch:
    """The property that turns keys on or off."""

    property: str
    on: bool
    """The value with which keys work."""
    absent: bool
    """Whether keys work where the property is not there."""
    source: str


_ARM = "{} in the templates' reference, Microsoft Learn, 2026"
_SWITCHES = {
    "microsoft.appconfiguration/configurationstores": _Switch(
        "disableLocalAuth", on=False, absent=True, source=_ARM.format("Microsoft.AppConfiguration/configurationStores")
    ),
    "microsoft.cognitiveservices/accounts": _Switch(
        "disableLocalAuth",
        on=False,
        absent=True,
        source="Disable local authentication in Azure AI Services, Microsoft Learn, 2025",
    ),
    "microsoft.containerregistry/registries": _Switch(
        "adminUserEnabled",
        on=True,
        absent=False,
        source="Azure Container Registry authentication options, Microsoft Learn, 2025: off by default",
    ),
    # Not keys but certificates that make an administrator of whoever has one.
    "microsoft.containerservice/managedclusters": _Switch(
        "disableLocalAccounts",
        on=False,
        absent=True,
        source="Manage local accounts with AKS-managed Microsoft Entra integration, Microsoft Learn, 2025",
    ),
    "microsoft.documentdb/databaseaccounts": _Switch(
        "disableLocalAuth",
        on=False,
        absent=True,
        source="Disable key-based authentication in Azure Cosmos DB, Microsoft Learn, 2025",
    ),
    "microsoft.eventhub/namespaces": _Switch(
        "disableLocalAuth",
        on=False,
        absent=True,
        source="Disable local or shared access key authentication with Event Hubs, Microsoft Learn, 2025",
    ),
    # Not keys but access policies: a vault without roles is opened by them, and no role assignment shows whom.
    "microsoft.keyvault/vaults": _Switch(
        "enableRbacAuthorization",
        on=False,
        absent=True,
        source="Azure role-based access control vs. access policies, Microsoft Learn, 2025 (API versions before 2026)",
    ),
    "microsoft.search/searchservices": _Switch(
        "disableLocalAuth",
        on=False,
        absent=True,
        source="Enable or disable role-based access control in Azure AI Search, Microsoft Learn, 2025",
    ),
    "microsoft.servicebus/namespaces": _Switch(
        "disableLocalAuth",
        on=False,
        absent=True,
        source="Disable local authentication with Azure Service Bus, Microsoft Learn, 2025",
    ),
    "microsoft.storage/storageaccounts": _Switch(
        "allowSharedKeyAccess",
        on=True,
        absent=True,
        source="Prevent Shared Key authorization for an Azure Storage account, Microsoft Learn, 2025: null is true",
    ),
}
"""By ARM type in lower case."""


def local_auth(arm_type: str, *told: Mapping[str, Any], complete: bool = True) -> bool | None:
    """Whether keys open a resource of this type; None where the type has none, or it is not known.

    Args:
        arm_type: in any case.
        told: what is said of it, the most reliable first: inputs of a program, or properties as ARM answers them, at
            the top or below `properties`.
        complete: whether they are all its properties, so that what is not there is not set.
    """
    switch = _SWITCHES.get(arm_type.lower())
    if switch is None:
        return None
    for values in told:
        value = _value(values, switch.property)
        if value is not None:
            return value is switch.on if isinstance(value, bool) else None
    return switch.absent if complete else None


def switch_of(arm_type: str) -> str:
    """The property that turns keys of a type on or off; empty where it has none."""
    switch = _SWITCHES.get(arm_type.lower())
    return switch.property if switch else ""


def inherited(resource_id: str, by_account: Mapping[str, bool | None]) -> bool | None:
    """The same for what lies within an account: that of the nearest account; `by_account` goes by `scopes.key`."""
    for around in reversed(ancestors(key(resource_id))):
        if around in by_account:
            return by_account[around]
    return None


def _value(values: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON value
    inner: Any = values.get("properties")
    within = cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else values
    found = values.get(name)
    return within.get(name) if found is None else found
