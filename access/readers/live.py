"""Reads the current access in an Azure subscription (live Azure) into an access graph.

Owns the network's names for Azure's resources; `access.readers.subscription` owns the requests. Groups of the network's
identities are requested from Microsoft Graph where a group holds a role, and the credentials of the applications behind
agents always. Not read: roles that can be activated for a while, which managed identities cannot do.
"""

import re

from azure.core.credentials import TokenCredential

from access.azure.scopes import is_management_group, key
from access.model.errors import UnreadableSource
from access.model.graph import DenyAssignment, Graph, Principal, Unread
from access.model.memberships import Memberships
from access.readers.agent_credentials import FoundCredentials, credentials_of
from access.readers.arm_client import PUBLIC, ArmClient, signed_in
from access.readers.directory_applications import (
    FoundApplications,
    Wanted,
    application_states,
    wanted_applications,
)
from access.readers.entra_directory import directory_of, memberships_of
from access.readers.graph_builder import graph
from access.readers.identity_rights import FoundRights, rights_of
from access.readers.network_names import (
    ProgramPrincipals,
    agents_by_path,
    path_without_subscription,
    with_network_name,
)
from access.readers.subscription import Reading

# Agents are matched by their principals, and are not resources of the network.
_GROUP_NAME = re.compile(r"[\w().-]{0,89}[\w()-]")


def read(  # noqa: PLR0913 - each its own choice of the caller
    subscription_id: str,
    credential: TokenCredential,
    *,
    endpoint: str = PUBLIC,
    resource_group: str | None = None,
    network: str = "",
    stack: str = "",
    like: Graph | None = None,
    directory: str | None = None,
    app_roles: bool = False,
) -> Graph:
    """Return the access graph of a live subscription, or of one resource group with inherited assignments.

    Args:
        subscription_id: id of the subscription.
        credential: credential of a principal with the role Reader; for identities of Foundry agents also with Cognitive
            Services Data Reader.
        endpoint: URL of Resource Manager in another cloud; plain http only on loopback.
        resource_group: name of the only resource group to read.
        network: name of the network in the names of agents' apps, `<network>-<agent>-<stack>`.
        stack: name of the stack in the same names.
        like: a graph of the network's program. Resources at the same path, in any subscription, get its names. Without
            it, everything of a kind that networks have counts as declared, under its name in Azure.
        directory: URL of Microsoft Graph; by default that of the endpoint's cloud. A loopback endpoint has none.
        app_roles: True to read the app roles that the network's identities have in other APIs, one list an identity.

    Raises:
        UnreadableSource: nobody is signed in, or the caller may not read it; the message has the fix.
    """
    if resource_group is not None and not _GROUP_NAME.fullmatch(resource_group):
        raise UnreadableSource(f"resource group {resource_group!r}", "is not a valid resource group name")
    with ArmClient(subscription_id, credential, endpoint) as arm:
        arm.check()
        base = arm.subscription + (f"/resourceGroups/{resource_group}" if resource_group is not None else "")
        reading = Reading(arm, base, credential)
        base_path = _in_subscription(arm.subscription)
        places = None if like is None else {base_path + path: agent for path, agent in agents_by_path(like).items()}
        states = reading.states(network, stack, places)
    directory = directory or directory_of(endpoint)
    wanted = None if like is None else wanted_applications(like, states)
    applications = _applications(wanted, credential, directory)
    found = graph(
        [*states, *applications.states],
        source=f"live Azure, {base}",
        unread=reading.unread,
        known_principals=reading.principals,
        current=True,
    )
    people = ProgramPrincipals(like)
    names = None if like is None else {path_without_subscription(each.id): each for each in like.resources}
    principals = [*map(people.display_name, found.principals)]
    memberships, notes = _memberships(principals, reading.denies, credential, directory)
    # A failure ends the requests to Microsoft Graph: the next one would fail, too.
    behind = credentials_of(principals, credential, directory) if directory and not notes else FoundCredentials()
    rights = FoundRights()
    if app_roles and directory and not notes:
        called = {one.principal.lower() for one in found.applications if one.agent}
        rights = rights_of(principals, called, credential, directory)
    return Graph(
        principals=principals,
        resources=(with_network_name(each, names) for each in found.resources),
        assignments=(reading.with_current_role(each) for each in found.assignments),
        denies=reading.denies,
        unread=(
            *(each for each in found.unread if not _is_of_graph(each)),
            *applications.unread,
            *notes,
            *behind.unread,
            *rights.unread,
        ),
        actors=(*found.actors, *behind.actors),
        outside_apps=found.outside_apps,
        memberships=memberships,
        applications=found.applications,
        directory_rights=(*found.directory_rights, *rights.rights),
        # Azure lists a role assignment of a management group only for the subscriptions in it.
        management_groups_known=True,
        directory_known=applications.complete,
        source=found.source,
    )


def _applications(wanted: Wanted | None, credential: TokenCredential, directory: str) -> FoundApplications:
    """Return the applications of agents that act for users; what is not read is noted, and never taken as missing."""
    if wanted is None:
        return FoundApplications()
    if not directory:
        what = "what agents may do as users is not known, and is not judged; its address in this cloud is not known"
        return FoundApplications(unread=[Unread("Microsoft Graph", what)])
    return application_states(wanted, credential, directory)


def _memberships(
    principals: list[Principal], denies: list[DenyAssignment], credential: TokenCredential, directory: str
) -> tuple[Memberships, list[Unread]]:
    """Return the groups of the network's identities, where any group holds a role or is in a deny assignment."""
    has_groups = any(one.kind == "group" and not one.is_in_network for one in principals)
    if not (has_groups or any(one.groups for one in denies)):
        return Memberships(), []
    if not directory:
        return Memberships(), []
    identities = [one.id for one in principals if not one.kind and (one.is_in_network or one.purpose == "own")]
    found = memberships_of(identities, credential, directory)
    # The notes on the groups themselves have the doubt.
    what = "groups of the network's identities, and credentials of the applications behind them, are not known"
    note = Unread("Microsoft Graph", f"{what}; {found.failure}", about=())
    return found.memberships, [note] if found.failure else []


def _is_of_graph(one: Unread) -> bool:
    """Return True for a note that every graph has, on groups and management groups, which are known better now."""
    return (one.about == () and is_management_group(one.where)) or one.where.startswith("group ")


def _in_subscription(subscription: str) -> str:
    return f"{key(subscription)}/"


__all__ = ["read", "signed_in"]
