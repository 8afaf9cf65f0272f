"""Finds soft-deleted resources in Azure that still have the names that a network needs.

Azure keeps a deleted vault, account or store for days, with its name, and refuses another one of that name; only a
request with a flag recovers it, and that request fails if nothing was deleted ("Key Vault", Azure Service Operator,
2026-03). So the program has to know before it creates them. No function of the azure-native provider returns deleted
resources. Sources: "Deleted Vaults - Get", "Deleted Accounts - Get" and "Configuration Stores - Get Deleted",
Microsoft Learn, 2026.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict, cast

import pulumi

from components.agents.azure_response import AzureResponse, SendRequest

__all__ = ["DeletedResourcesArgs", "Handling", "Lookup", "UnreadableError", "find_deleted", "problem_of"]

Handling = Literal["recover", "report"]
"""Handling of a soft-deleted resource with a name that is needed: recover it, or stop with an error."""

_MANAGEMENT = "https://management.azure.com"
_OK, _NOT_FOUND = 200, 404


class DeletedResourcesArgs(TypedDict):
    """Arguments of a `DeletedResources`; the names are kept in the state of deployed stacks."""

    subscription_id: pulumi.Input[str]
    """Subscription of the network."""
    resource_group: str
    """Resource group of the network."""
    names: Mapping[str, Mapping[str, str]]
    """ARM type → name in Azure → region, for each resource that the network creates."""
    handling: Handling
    """Handling of the soft-deleted resources that are found."""
    found: NotRequired[Sequence[str]]
    """Ids of the resources to recover, which the provider adds."""


@dataclass(frozen=True)
class _Deleted:
    """Location of a soft-deleted resource of one type in Azure Resource Manager."""

    path: str
    version: str
    original_id: str
    """Property with the id that the resource had; empty if its own id has the group."""


_TYPES = {
    "Microsoft.KeyVault/vaults": _Deleted(
        "providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}", "2023-07-01", "vaultId"
    ),
    "Microsoft.CognitiveServices/accounts": _Deleted(
        "providers/Microsoft.CognitiveServices/locations/{location}/resourceGroups/{group}/deletedAccounts/{name}",
        "2024-10-01",
        "",
    ),
    "Microsoft.AppConfiguration/configurationStores": _Deleted(
        "providers/Microsoft.AppConfiguration/locations/{location}/deletedConfigurationStores/{name}",
        "2024-05-01",
        "configurationStoreId",
    ),
}


class Lookup(NamedTuple):
    """Soft-deleted resources that have a needed name: those of the network's group, and those of another group."""

    recoverable: tuple[str, ...]
    """Ids of the resources that can be recovered where the network needs them."""
    elsewhere: tuple[str, ...]
    """Ids of resources of other groups, whose names only a purge or time makes free."""


class UnreadableError(Exception):
    """Error of an identity that may not read soft-deleted resources, or of a request that failed."""


def find_deleted(args: Mapping[str, Any], send: SendRequest) -> Lookup:
    """Return the soft-deleted resources that have the names in the arguments of a `DeletedResources`.

    Raises:
        UnreadableError: the identity may not read them.
        RuntimeError: nobody is signed in, or Azure cannot be reached.
    """
    recoverable: list[str] = []
    elsewhere: list[str] = []
    for arm_type, name, location in _wanted(args):
        wanted = (
            f"/subscriptions/{args['subscription_id']}/resourceGroups/{args['resource_group']}"
            f"/providers/{arm_type}/{name}"
        )
        original = _original_id(args, arm_type, name, location, send)
        if original is not None:
            same = original in ("", wanted) or original.lower() == wanted.lower()
            (recoverable if same else elsewhere).append(wanted if same else original)
    return Lookup(tuple(recoverable), tuple(elsewhere))


def problem_of(found: Lookup, handling: Handling) -> str | None:
    """Return the error message for soft-deleted resources that are not recovered; None if all are."""
    stopping = [*found.elsewhere, *(found.recoverable if handling == "report" else ())]
    if not stopping:
        return None
    ways = "purge them where purge protection is off, or choose another suffix"
    if found.recoverable and handling == "report":
        ways = f"set 'deleted: recover' in the stack's file to recover those of the stack's own group, {ways}"
    return f"deleted resources still have names that this network needs: {', '.join(stopping)}; {ways}"


def _wanted(args: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for arm_type, names in sorted(cast("Mapping[str, Mapping[str, str]]", args["names"]).items()):
        for name, location in sorted(names.items()):
            yield arm_type, name, location


def _original_id(args: Mapping[str, Any], arm_type: str, name: str, location: str, send: SendRequest) -> str | None:
    """Return the id that a deleted resource had, or an empty text for the wanted id; None if nothing was deleted."""
    row = _TYPES[arm_type]
    path = row.path.format(location=location, group=args["resource_group"], name=name)
    url = f"{_MANAGEMENT}/subscriptions/{args['subscription_id']}/{path}?api-version={row.version}"
    response: AzureResponse = send(url, f"{_MANAGEMENT}/.default")
    if response.status == _NOT_FOUND:
        return None
    if response.status != _OK:
        raise UnreadableError(
            f"reading whether {arm_type} {name!r} was deleted returned the HTTP status {response.status}; give the"
            " deploying identity the role for deleted resources that `agent-network deployer` prints, or remove"
            " 'deleted' from the stack's file: Azure then refuses a name that is still taken"
        )
    properties = cast("Mapping[str, Any]", response.body.get("properties") or {})
    return str(properties.get(row.original_id) or "")
