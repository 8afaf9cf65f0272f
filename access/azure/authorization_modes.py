"""Determines which role operations a service ignores, by its own setting for how it authorizes requests.

Owns the settings: a vault on access policies, a registry that honours either roles on repositories or roles on the
whole registry, a search service that takes keys alone, and a cluster without Azure RBAC. Only the named operations are
ignored; roles still manage the resource itself. Where a setting is missing or unknown, roles are perhaps ignored.
Anyone who may change the setting perhaps makes the service honour roles again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from access.azure.booleans import boolean
from access.azure.flat_properties import flattened

__all__ = ["IgnoredRoles", "ignored_roles"]


@dataclass(frozen=True, slots=True)
class IgnoredRoles:
    """Operations that no Azure role allows at a resource, since the service does not ask roles for them."""

    patterns: tuple[str, ...]
    data: bool
    """True for operations of the data plane."""
    certain: bool
    """False if the setting is missing or unknown, so that roles perhaps count."""
    why: str
    """Reason as a part of a sentence, after the name of the resource."""
    switch: tuple[tuple[str, ...], ...] = ()
    """Steps that make the service honour roles again: of each tuple any one operation is enough."""


_Properties = Mapping[str, Any]


def ignored_roles(arm_type: str, *sources: _Properties) -> IgnoredRoles | None:
    """Return the operations for which a resource ignores roles; None if it honours all roles.

    Args:
        arm_type: the type of the resource in lower case.
        sources: properties of the resource, at the top or below `properties`; the most reliable source first.
    """
    find = _BY_TYPE.get(arm_type)
    if find is None:
        return None
    return find({name: boolean(value) for name, value in flattened(*sources).items()})


def _vault(values: _Properties) -> IgnoredRoles | None:
    # "Azure role-based access control vs. access policies", Microsoft Learn, 2025: one of the two, never both. Missing
    # means access policies in API versions before 2026.
    setting = values.get("enableRbacAuthorization")
    if setting is True:
        return None
    why = "decides by access policies and ignores roles (enableRbacAuthorization)"
    # Changing the mode also needs the right to write role assignments: "Migrate to Azure role-based access control",
    # Microsoft Learn, 2025.
    switch = (("Microsoft.KeyVault/vaults/write",), ("Microsoft.Authorization/roleAssignments/write",))
    return IgnoredRoles(("*",), data=True, certain=setting is False, why=why, switch=switch)


def _registry(values: _Properties) -> IgnoredRoles | None:
    setting = values.get("roleAssignmentMode")
    registry, mode = "Microsoft.ContainerRegistry/registries", str(setting).lower()
    if setting is None:
        # Both kinds of role count: API versions before 2025-11-01 do not show the mode, and Azure plans to make
        # repository mode the default (Azure/acr#883, 2026-05).
        return None
    if mode == "legacyregistrypermissions":
        # "For non-ABAC-enabled registries, the new ABAC-enabled roles do not have any effect": Azure/acr,
        # docs/preview/abac-repo-permissions, 2024-07.
        why = "honours roles on the whole registry alone, and ignores this one (roleAssignmentMode)"
        patterns = (f"{registry}/repositories/*",)
        return IgnoredRoles(patterns, data=True, certain=True, why=why, switch=((f"{registry}/write",),))
    # "Azure ABAC repository permissions in Azure Container Registry", Microsoft Learn, 2025-12-11: AcrPull, AcrPush and
    # AcrDelete are not honoured.
    patterns = (f"{registry}/pull/read", f"{registry}/push/write", f"{registry}/artifacts/delete")
    why = "honours roles on repositories alone, and ignores this one (roleAssignmentMode)"
    certain = mode == "abacrepositorypermissions"
    return IgnoredRoles(patterns, data=False, certain=certain, why=why, switch=((f"{registry}/write",),))


def _search(values: _Properties) -> IgnoredRoles | None:
    # "Connect to Azure AI Search using roles", Microsoft Learn, 2026: roles have to be enabled, keys are the default.
    given = values.get("authOptions")
    options = cast("_Properties", given) if isinstance(given, Mapping) else dict[str, Any]()
    if values.get("disableLocalAuth") is True or options.get("aadOrApiKey") is not None:
        return None
    certain = options.get("apiKeyOnly") is not None and values.get("disableLocalAuth") in (None, False)
    why = "accepts only API keys and ignores Azure roles (authOptions)"
    return IgnoredRoles(
        ("*",), data=True, certain=certain, why=why, switch=(("Microsoft.Search/searchServices/write",),)
    )


def _cluster(values: _Properties) -> IgnoredRoles | None:
    # "Use Azure RBAC for Kubernetes authorization", Microsoft Learn, 2025: off unless it is turned on. Only an explicit
    # setting counts, since a cluster that a program refers to shows no profile.
    profile = values.get("aadProfile")
    if not isinstance(profile, Mapping) or cast("_Properties", profile).get("enableAzureRBAC") is not False:
        return None
    why = "decides by Kubernetes RBAC and ignores roles (enableAzureRBAC)"
    switch = (("Microsoft.ContainerService/managedClusters/write",),)
    return IgnoredRoles(("*",), data=True, certain=True, why=why, switch=switch)


def _signals(values: _Properties, kind: str = "SignalR") -> IgnoredRoles | None:
    # "Authorize access with Microsoft Entra ID for Azure SignalR Service", Microsoft Learn, 2025: on unless turned off.
    setting = values.get("disableAadAuth")
    if setting in (None, False):
        return None
    why, switch = "ignores Azure roles (disableAadAuth)", ((f"Microsoft.SignalRService/{kind}/write",),)
    return IgnoredRoles(("*",), data=True, certain=setting is True, why=why, switch=switch)


_BY_TYPE: Mapping[str, Callable[[_Properties], IgnoredRoles | None]] = {
    "microsoft.containerregistry/registries": _registry,
    "microsoft.containerservice/managedclusters": _cluster,
    "microsoft.keyvault/vaults": _vault,
    "microsoft.search/searchservices": _search,
    "microsoft.signalrservice/signalr": _signals,
    "microsoft.signalrservice/webpubsub": partial(_signals, kind="WebPubSub"),
}
"""ARM type in lower case → reading of its setting."""
