"""Notes the resources of a program whose types are not read and may hold data, keys or access of their own.

Owns the sentences. A type that is neither in `access.azure.types` nor on the list of harmless types is noted, so that
nothing is missing because nobody knew it; what is known about some types makes their sentence more exact.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import cast

from access.azure.assignment_types import ASSIGNMENTS, DEFINITIONS
from access.azure.harmless_types import is_harmless
from access.azure.types import BY_TOKEN
from access.model.graph import Unread
from access.model.json_values import Values, nested
from access.readers.access_policies import POLICY_TYPE
from access.readers.azuread_types import DIRECTORY_ROLES
from access.readers.azuread_types import TYPES as APPLICATION_TYPES
from access.readers.delegations import DELEGATION_TYPES
from access.readers.entra_groups import GROUP_TYPES, MEMBER_TYPE
from access.readers.resource_state import ResourceState
from access.readers.service_administrators import ADMINISTRATOR_TYPES
from access.readers.unread_settings import DIAGNOSTIC_TYPES

__all__ = ["is_unread", "unread_types"]

_READ = frozenset({*BY_TOKEN, *ASSIGNMENTS, *DEFINITIONS, POLICY_TYPE, *DELEGATION_TYPES, *DIAGNOSTIC_TYPES})
_COMPONENTS = "agent-network:"
_WORKLOADS = re.compile(
    r"kubernetes:(apps|batch|core)/v1:(CronJob|DaemonSet|Deployment|Job|Pod|ReplicaSet|ReplicationController|StatefulSet)"
    r"(Patch)?"
)
_RIGHTS = re.compile(r"kubernetes:rbac\.authorization\.k8s\.io/v1:(Cluster)?Role(Binding)?(Patch)?")
_ON_NODE = frozenset({"hostIPC", "hostNetwork", "hostPID", "hostPath", "privileged"})
"""Settings by which a pod reaches its node, and so every pod there: "Pod Security Standards", kubernetes.io, 1.34."""
_DEFAULT = "its type {} is not known here; keys, logins and access in its own settings are not read"
_BY_END = (
    ("AccessPolicyAssignment", "it gives access in a system of its own, which is not read"),
    ("AuthorizationRule", "it is a key with rights of its own; a holder of the key needs no role"),
    ("DaprComponent", "it connects apps to a service, with the credentials that it holds and without roles of the app"),
    ("Deployment", "what the template in it deploys is not read"),
    ("DeploymentStack", "what the template in it deploys is not read"),
    ("DeploymentStackAtManagementGroup", "what the template in it deploys is not read"),
    ("DeploymentStackAtResourceGroup", "what the template in it deploys is not read"),
    ("DeploymentStackAtSubscription", "what the template in it deploys is not read"),
    ("EventSubscription", "it delivers events to somebody without a role; whom is not read"),
    ("LocalUser", "it signs in with a password or a key of its own, without a role"),
    ("ManagedEnvironmentsStorage", "it mounts a share with the account's key, for every app that uses it"),
    ("MongoUserDefinition", "it gives access to Cosmos DB for MongoDB, which is not read"),
    ("ObjectReplicationPolicy", "it copies blobs to another account, where other roles and keys count"),
    ("PrincipalAssignment", "it gives access in a system of its own, which is not read"),
    ("RoleAssignment", "it gives roles in a system of its own, which is not read"),
    ("RoleEligibilitySchedule", "it lets somebody take a role, which is not read"),
    ("ScopeMap", "it gives the tokens that use it rights on images, without a role"),
    ("Token", "it signs in with a password of its own, without a role"),
    ("TrustedAccessRoleBinding", "it lets another Azure service act in the cluster, which is not read"),
    ("Administrator", "it makes somebody an administrator in a system of its own, which is not read"),
    ("AadAdmin", "it makes somebody an administrator in a system of its own, which is not read"),
    ("StaticWebsite", "anybody can read everything in the container '$web' of its account"),
    ("Script", "it runs a script, and what that does is not read"),
)
"""End of the type's name → sentence; the first that fits counts."""


def unread_types(states: Iterable[ResourceState], read: Collection[str] = ()) -> Iterator[Unread]:
    """Yield a note for each resource, or for each package, that is not read and may give access.

    Resources of a subscription are left out, since most have nothing to do with the network, as are those that local
    Azure has not seen. A resource that local Azure has outside the program counts.

    Args:
        states: all resources of the program.
        read: locations of the resources that are read as grants to principals of the source.
    """
    states = tuple(each for each in states if not (each.of_subscription or each.unseen))
    of_both = {*ADMINISTRATOR_TYPES, *DIRECTORY_ROLES}
    states = tuple(each for each in states if (each.token or each.type) not in of_both or each.location not in read)
    packages: dict[str, list[str]] = {}
    for state in states:
        if not is_unread(state):
            continue
        package = state.type.partition(":")[0]
        if state.token or package == "kubernetes":
            yield Unread(state.location, _sentence(state))
        else:
            packages.setdefault(package, []).append(state.type.rpartition(":")[2])
    for package, names in packages.items():
        shown = ", ".join(sorted(set(names))[:4]) + (" and others" if len(set(names)) > 4 else "")  # noqa: PLR2004
        count = "one of its resources is" if len(names) == 1 else f"{len(names)} of its resources are"
        what = f"{count} not read ({shown}); only those of azure-native are"
        yield Unread(f"package {package}", what)


def is_unread(state: ResourceState) -> bool:
    """Return True if a resource has a type that is not read and not known to be harmless."""
    if state.type.startswith(_COMPONENTS) or not (state.custom or state.token):
        return False  # a component, whose parts are resources themselves
    token = state.token or state.type
    if _WORKLOADS.fullmatch(token):
        # Whom its pods act as is read by their service account.
        return _reaches_node(state.values)
    if _RIGHTS.fullmatch(token) or token in {*GROUP_TYPES, MEMBER_TYPE, *APPLICATION_TYPES}:
        return False  # read with those who are bound to it, or are its members
    return not (token in _READ or is_harmless(token))


def _reaches_node(values: Values) -> bool:
    """Return True if a Kubernetes object starts pods that can leave their containers."""
    objects = (cast("Values", one) for one in nested(values) if isinstance(one, Mapping))
    return any(one.get(name) not in (None, False) for one in objects for name in _ON_NODE)


def _sentence(state: ResourceState) -> str:
    if _WORKLOADS.fullmatch(state.type):
        return "its pods can reach their node, and so every pod there; as whom they act is not read"
    name = state.type.rpartition(":")[2]
    found = next((what for end, what in _BY_END if name.endswith(end)), "")
    return found or _DEFAULT.format((state.token or state.type).removeprefix("azure-native:"))
