"""Finds problems with managed identities: shared, deleted, unknown, or outside the network."""

from collections.abc import Iterator
from typing import Any

from access.azure.privileges import assigns_any_role, privileged
from access.azure.scopes import key, type_of
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import operations_of_role
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext, assignment_text, joined_names
from access.findings.finding import Finding
from access.model.graph import Assignment, Principal, Resource
from access.model.json_values import is_known, mapping, text
from access.model.json_values import listed as items

_IDENTITY = "microsoft.managedidentity/userassignedidentities"
_CREDENTIALS = "federatedidentitycredentials"
_SERVICE_ACCOUNT = "system:serviceaccount:"
_OF_PROJECT = "/agentidentities/shared"


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield all findings about the identities that hold roles."""
    yield from _shared(context)
    yield from _missing_principals(context)
    yield from _strangers(context)


def _shared(context: CheckContext) -> Iterator[Finding]:
    users: dict[str, list[Resource]] = {}
    for resource in context.graph.resources:
        for each in dict.fromkeys(map(key, attached_identities(resource))):
            users.setdefault(each, []).append(resource)
    by_owner = {key(each.owner): each for each in context.graph.principals if each.owner}
    for each, using in users.items():
        if len(using) > 1:
            principal = by_owner.get(each)
            pulls = principal is not None and principal.purpose == "pull"
            name = each.rpartition("/")[2]
            does = "pull images with" if pulls else "run as"
            yield Finding(
                rule=BY_ID["shared-pull-identity" if pulls else "shared-identity"],
                what=f"{joined_names(_shown(context, one) for one in using)} all {does} identity {name!r}",
                location=principal.owner if principal else each,
                agent=principal.agent if principal and context.is_agent(principal) else "",
                about=(name, *(one.name for one in using), *_agents(context, using)),
            )
    yield from _agents_in_one(context)
    yield from _service_accounts(context)


def _agents_in_one(context: CheckContext) -> Iterator[Finding]:
    """Yield findings for agents that share one identity, by app or by unpublished Foundry project."""
    agents: dict[str, dict[str, None]] = {}
    called: dict[str, str] = {}
    may: dict[str, dict[str, None]] = {}
    for one in context.agents:
        # An identity that is attached to several apps is reported by `_shared` already.
        if one.purpose == "own" and type_of(key(one.owner)) != _IDENTITY:
            owner = key(one.owner or one.id)
            agents.setdefault(owner, {}).update(dict.fromkeys(one.agents))
            called[owner] = one.name
            rights = (f"{each.verb or each.role} {each.resource}" for each in context.access_of(one))
            may.setdefault(owner, {}).update(dict.fromkeys(rights))
    for owner, names in agents.items():
        if len(names) > 1:
            first, *others = names
            of_project = owner.endswith(_OF_PROJECT)
            allowed = of_project and context.declared is not None and context.declared.shared_identity
            whose = "the project's unpublished agents" if of_project else repr(called[owner])
            each = f", and each may {', '.join(may[owner])}" if may[owner] else ""
            yield Finding(
                rule=BY_ID["allowed-shared-identity" if allowed else "shared-identity"],
                what=f"agents {joined_names(map(repr, names))} all run as the identity of {whose}{each}",
                location=context.agent_location(first),
                agent=first,
                about=(*others, called[owner]),
            )


def _service_accounts(context: CheckContext) -> Iterator[Finding]:
    """Yield findings for identities that trust several Kubernetes service accounts."""
    trusted: dict[str, dict[str, None]] = {}
    for resource in context.graph.resources:
        if resource_type(resource) == f"{_IDENTITY}/{_CREDENTIALS}":
            account = text(resource.flat_properties, "subject")
            if account.startswith(_SERVICE_ACCOUNT):
                identity = resource.id.rsplit("/", 2)[0]
                trusted.setdefault(key(identity), {})[account.removeprefix(_SERVICE_ACCOUNT)] = None
    owners = {key(one.owner): one for one in context.graph.principals if one.owner}
    for identity, accounts in trusted.items():
        if len(accounts) > 1:
            principal = owners.get(identity)
            name = identity.rpartition("/")[2]
            yield Finding(
                rule=BY_ID["shared-identity"],
                what=f"pods of service accounts {joined_names(map(repr, accounts))} all run as identity {name!r}",
                location=principal.owner if principal else identity,
                agent=principal.agent if principal and context.is_agent(principal) else "",
                about=(name, *accounts),
            )


def attached_identities(resource: Resource) -> list[str]:
    """Return the ids of the user-assigned identities of a resource, as its `identity` property lists them."""
    attached: Any = mapping(resource.properties.get("identity")).get("userAssignedIdentities")
    # A program writes a list; Azure returns a mapping.
    return [each for each in (*mapping(attached), *items(attached)) if isinstance(each, str) and is_known(each)]


def _agents(context: CheckContext, resources: list[Resource]) -> Iterator[str]:
    owners = {key(one.owner): one.agent for one in context.graph.principals if one.owner and one.agent}
    yield from (owners[key(one.id)] for one in resources if key(one.id) in owners)


def _shown(context: CheckContext, resource: Resource) -> str:
    agent = next(_agents(context, [resource]), "")
    return repr(agent or resource.name)


def _missing_principals(context: CheckContext) -> Iterator[Finding]:
    for one in context.graph.assignments:
        principal = context.graph.principal(one.principal)
        if principal is None:
            what = f"{assignment_text(one)} is assigned to {one.principal}, which nothing in this source identifies"
            yield context.assignment_finding("unknown-principal", one, what)
        elif not principal.exists:
            may_be = (
                "deleted, defined elsewhere or a group" if principal.may_be_group else "deleted or defined elsewhere"
            )
            what = f"{assignment_text(one)} is assigned to {principal.name!r}, which is {may_be}"
            yield context.assignment_finding("orphaned-assignment", one, what)


def _is_expected(context: CheckContext, principal: Principal) -> bool:
    """Return True if an identity is of the network, or only pulls container images for the platform."""
    return context.is_network_principal(principal) or (context.declared is None and principal.purpose == "pull")


def _strangers(context: CheckContext) -> Iterator[Finding]:
    found: dict[str, tuple[Assignment, dict[str, None]]] = {}
    for principal_id, resource, _ in context.accesses:
        principal = context.graph.principal(principal_id)
        if resource.declared and principal and not _is_expected(context, principal):
            held_there = [one for one in context.graph.held_at_or_above(principal_id, resource.id) if one.role]
            at = resource_type(resource)
            # A role that allows nothing here by itself may still hand out keys of a parent.
            for one in [each for each in held_there if each.role and operations_of_role(each.role, at)] or held_there:
                found.setdefault(one.id, (one, {}))[1][resource.name] = None
    declared = {each.name for each in context.graph.resources if each.declared}
    for one, names in found.values():
        who = context.principal_text(one.principal)
        is_everywhere = names.keys() >= declared
        everywhere = one.role is not None and privileged(one.role) is not None and is_everywhere
        principal = context.graph.principal(one.principal)
        exists = principal is None or principal.exists or principal.may_be_group
        severe = _assigns_roles(one) or (everywhere and exists)
        if not severe and principal is not None and not principal.exists:
            continue  # reported as an assignment to somebody who may not exist
        reach = "all of the network" if is_everywhere and severe else joined_names(names)
        what = f"{who} is not an agent and has access to {reach}: {assignment_text(one)}"
        finding = context.assignment_finding("privileged-stranger" if severe else "stranger", one, what)
        yield Finding(
            rule=finding.rule,
            what=what,
            location=finding.location,
            resource=next(iter(names)),
            assignment=one.id,
            about=(*finding.about, *names),
        )


def _assigns_roles(one: Assignment) -> bool:
    """Return True if a role assignment lets its holder assign any role, without a condition: Owner, for example."""
    return one.role is not None and not one.condition and assigns_any_role(one.role)
