"""Notes settings of known resource types that give somebody data or access without a role of their own.

Owns one reading per setting: messages that are forwarded, events that are captured, logs that leave the program,
connections with keys, sign-in to the nodes of a cluster, and secrets of a vault for deployments. A setting that is off
or missing is not noted; one that is not known is. Each reading cites its page.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from access.azure.scopes import key
from access.model.graph import Unread
from access.model.json_values import Values, is_known, mapping, text
from access.readers.resource_ids import ResourceIds

__all__ = ["DIAGNOSTIC_TYPES", "unread_settings"]

_KEYLESS = frozenset(
    {
        *(
            "aad",
            "accountmanagedidentity",
            "agenticidentity",
            "agenticidentitytoken",
            "agentuserimpersonation",
            "managedidentity",
            "none",
        ),
        *("projectmanagedidentity", "userentratoken"),
    }
)
"""Kinds of authentication of a connection that hold no key, in lower case."""
_COMPONENTS = "agent-network:"
DIAGNOSTIC_TYPES = frozenset({"azure-native:insights:DiagnosticSetting", "azure-native:monitor:DiagnosticSetting"})
"""Type tokens of diagnostic settings, in azure-native 2 and 3."""
_DESTINATIONS = ("eventHubAuthorizationRuleId", "marketplacePartnerId", "serviceBusRuleId", "storageAccountId")


def unread_settings(resource_ids: ResourceIds) -> Iterator[Unread]:
    """Return a note for each setting with access that is not evaluated, such as forwarding or sign-in to nodes."""
    there = {key(resource_ids.id_of(each)) for each in resource_ids.states if each.token}
    for state in resource_ids.states:
        read = None if state.unseen else _BY_TOKEN.get(state.token)
        if read is not None:
            yield from (Unread(state.location, what) for what in read(state.values, there))
    yield from _other_workspaces(resource_ids, there)


def _other_workspaces(resource_ids: ResourceIds, there: set[str]) -> Iterator[Unread]:
    """Yield a note for each diagnostic setting with a workspace that neither the program nor the network has.

    The components of the network send all their logs to one workspace, which network.yaml may name.
    """
    components = {each.urn for each in resource_ids.states if each.type.startswith(_COMPONENTS)}
    exports = [each for each in resource_ids.states if each.token in DIAGNOSTIC_TYPES and not each.unseen]
    targets = {each.urn: text(each.values, "workspaceId") for each in exports}
    own = Counter(key(targets[each.urn]) for each in exports if each.parent in components and targets[each.urn])
    declared = {where for where, _ in own.most_common(1)}
    for state in exports:
        target = targets[state.urn]
        if target and key(target) not in there | declared:
            what = f"it sends logs to {target} (workspaceId), which is not in this program; its readers have them"
            yield Unread(state.location, what)


def _is_on(values: Values, name: str) -> bool:
    """Return True if a setting is present and neither empty nor false; an unknown one counts as present."""
    return values.get(name) not in (None, False, "", "None")


def _forwards(values: Values, _there: set[str]) -> Iterator[str]:
    # "Chaining Service Bus entities with autoforwarding", 2025.
    for name in ("forwardTo", "forwardDeadLetteredMessagesTo"):
        if _is_on(values, name):
            target = text(values, name) or "another queue or topic"
            yield f"its messages go to {target} ({name}), where other roles and keys count"


def _captures(values: Values, _there: set[str]) -> Iterator[str]:
    # "Capture events through Azure Event Hubs", 2025.
    capture = values.get("captureDescription")
    if capture is not None and mapping(capture).get("enabled") is not False:
        yield "its events are copied to a storage account (captureDescription), where other roles and keys count"


def _connects(values: Values, _there: set[str]) -> Iterator[str]:
    # "Add a new connection to your project", 2026.
    kind = values.get("authType")
    if not (isinstance(kind, str) and kind.lower() in _KEYLESS):
        shown = kind if isinstance(kind, str) and is_known(kind) else "not known"
        target = text(values, "target") or "its target"
        yield f"it opens {target} with a credential of its own, for everyone who may use it (authType: {shown})"


def _exports(values: Values, there: set[str]) -> Iterator[str]:
    # "Diagnostic settings in Azure Monitor", 2025.
    for name in _DESTINATIONS:
        target = text(values, name)
        account = target.lower().partition("/authorizationrules/")[0]
        if target and key(account) not in there:
            yield f"it sends logs to {target} ({name}), which is not in this program"


def _signs_in(values: Values, _there: set[str]) -> Iterator[str]:
    # "Connect to Azure Kubernetes Service cluster nodes", 2025: a node has the identities of all its pods.
    for name in ("linuxProfile", "windowsProfile"):
        if _is_on(values, name):
            yield f"a key or a password signs in to its nodes, and so to every pod there ({name})"


def _deploys(values: Values, _there: set[str]) -> Iterator[str]:
    # "Key Vault security features", 2025: Resource Manager and Compute read secrets for a deployment.
    for name in ("enabledForDeployment", "enabledForTemplateDeployment"):
        if _is_on(values, name):
            yield f"deployments read its secrets for a principal that has vaults/deploy/action ({name})"


def _files(values: Values, _there: set[str]) -> Iterator[str]:
    # "Overview of Azure Files identity-based authentication for SMB access", 2025.
    if _is_on(mapping(values.get("azureFilesIdentityBasedAuthentication")), "defaultSharePermission"):
        yield "everyone in its directory has a share permission (azureFilesIdentityBasedAuthentication)"
    # "Network File System (NFS) 3.0 protocol support for Azure Blob Storage", 2025: no authorization but the network.
    # azure-native calls it enableNfsV3 (version 3.29.0, Nov 2026).
    if _is_on(values, "isNfsV3Enabled") or _is_on(values, "enableNfsV3"):
        yield "everyone in the networks that reach it has all its data over NFS, without a role (isNfsV3Enabled)"

    # "SSH File Transfer Protocol (SFTP) support for Azure Blob Storage", 2025: only local users sign in.
    if _is_on(values, "isSftpEnabled"):
        yield "local users sign in over SFTP with a password or a key, without a role (isSftpEnabled)"


_BY_TOKEN: Mapping[str, Callable[[Values, set[str]], Iterator[str]]] = {
    "azure-native:cognitiveservices:AccountConnection": _connects,
    "azure-native:cognitiveservices:ProjectConnection": _connects,
    "azure-native:containerservice:ManagedCluster": _signs_in,
    "azure-native:eventhub:EventHub": _captures,
    "azure-native:keyvault:Vault": _deploys,
    **dict.fromkeys(DIAGNOSTIC_TYPES, _exports),
    "azure-native:servicebus:Queue": _forwards,
    "azure-native:servicebus:Subscription": _forwards,
    "azure-native:storage:StorageAccount": _files,
}
"""Type token → reading of its settings."""
