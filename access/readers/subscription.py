"""Reads all resources and role assignments of a subscription, and notes everything that cannot be read.

Owns completeness. Lists of resources and of role assignments are required; for any other list that fails, the missing
information is noted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from azure.core.credentials import TokenCredential

from access.azure.catalogue import Role
from access.azure.definitions import VERSION as DEFINITIONS
from access.azure.definitions import blocks_of, role_of
from access.azure.foundry_endpoints import project_endpoint
from access.azure.harmless_types import is_harmless_in_azure
from access.azure.scopes import key, type_of
from access.azure.types import BY_ARM_TYPE, TYPES, of_token
from access.model.errors import UnreadableSource
from access.model.graph import Assignment, DenyAssignment, Principal, Unread
from access.model.json_values import Values, mapping, text
from access.readers import arm_resources as arm_states
from access.readers.arm_client import SIGN_IN, ArmClient, Listing
from access.readers.arm_resources import id_of
from access.readers.foundry_data_plane import agent_resources, agents_of, principals
from access.readers.resource_state import ResourceState

_AUTHORIZATION = "providers/Microsoft.Authorization"
_DENIES = "2022-04-01"
_RESOURCES = "2021-04-01"

# The list of all resources in a subscription has no properties, so types whose properties matter (keys, image pulls,
# principals) are listed by type as well.
LISTED = {row.key: row.listed.version for row in TYPES if row.listed and not row.listed.within}
"""ARM type in lower case → API version for listing the type in a subscription."""
_WITHIN = {row.key: row.listed.version for row in TYPES if row.listed and row.listed.within}
_ASSIGNMENTS = LISTED["microsoft.authorization/roleassignments"]
_IDENTITY = of_token("azure-native:managedidentity:UserAssignedIdentity").key
_APP = of_token("azure-native:app:ContainerApp").key
_CONFIG = of_token("azure-native:app:ContainerAppsAuthConfig").key
_FEDERATED = of_token("azure-native:managedidentity:FederatedIdentityCredential").key
_COSMOS = of_token("azure-native:cosmosdb:DatabaseAccount").key
_KEY = of_token("azure-native:keyvault:Key").key
_COGNITIVE = of_token("azure-native:cognitiveservices:Account").key
_CLUSTER = of_token("azure-native:containerservice:ManagedCluster").key
_MOST_TYPES = 4
_PROJECT = of_token("azure-native:cognitiveservices:Project").key


class Reading:
    """Reads one subscription or resource group in live Azure, and notes everything that cannot be read."""

    def __init__(self, arm: ArmClient, base: str, credential: TokenCredential) -> None:
        self._arm, self._base, self._credential = arm, base, credential
        self._roles: dict[str, Role] = {}
        self.denies: list[DenyAssignment] = []
        self.unread: list[Unread] = []
        self.principals: list[Principal] = []
        """Principals that no resource shows: Foundry agents."""

    def states(self, network: str, stack: str, places: Mapping[str, str] | None = None) -> list[ResourceState]:
        """Return the states of all resources and role assignments in the subscription or resource group.

        Args:
            network: name of the network in the names of agents' apps.
            stack: name of the stack in the same names.
            places: where the program is known, its agents by the keys of their apps and identities, which decide
                before any name or tag.
        """
        rows = self._needed("resources", _RESOURCES, "what there is")
        rows = {key(id_of(row)): row for row in rows if self._has_id(row, "resources")}
        granted = [*self._assignments(), *self._cosmos(rows)]
        detailed = self._detailed(rows)
        rows = {**detailed, **rows}
        foundry = self._foundry(rows, detailed)
        detailed, rows = {**detailed, **foundry}, {**rows, **foundry}
        self._deny()
        agents = arm_states.agents(rows.values(), network, stack, places)
        found: list[ResourceState] = list({each.urn: each for each in agents.values()}.values())
        for where, row in rows.items():
            parent = agents[where].urn if where in agents else ""
            whole = where in detailed
            listed = {name: value for name, value in detailed.get(where, {}).items() if value is not None}
            found.append(arm_states.resource({**row, **listed}, whole=whole, parent=parent))
            self._check_identity(mapping({**row, **listed}.get("identity")), id_of(row))
        found += self._federated(rows)
        found += self._authentication(detailed)
        found += self._signing_keys({text(each.outputs, "scope") for each in granted})
        self._note_other_types(rows)
        known = {key(each.id) for each in found if each.id}
        scopes = [text(each.outputs, "scope") for each in granted]
        found += arm_states.named([*(each.id for each in found if each.id), *scopes], known)
        return [*found, *granted, *self._definitions()]

    def with_current_role(self, given: Assignment) -> Assignment:
        """Return an assignment with Azure's current definition of its role if the catalogue has an older one."""
        role = self._roles.get(given.role.id) if given.role and given.system == "azure" else None
        if role is None or given.role is None or blocks_of(role) == blocks_of(given.role):
            return given
        return replace(given, role=replace(given.role, permissions=role.permissions))

    def _assignments(self) -> Iterator[ResourceState]:
        path, what = f"{_AUTHORIZATION}/roleAssignments", "role assignments"
        rows = [
            *self._needed(path, _ASSIGNMENTS, what),
            # Assignments at management groups above are only listed reliably with this filter.
            *self._wanted(
                f"{self._base}/{path}",
                _ASSIGNMENTS,
                "role assignments at scopes above the subscription",
                filter="atScope()",
            ),
        ]
        seen: set[str] = set()
        for row in rows:
            if not self._has_id(row, "role assignments") or key(id_of(row)) in seen:
                continue
            seen.add(key(id_of(row)))
            yield arm_states.assignment(row, "azure")

    def _cosmos(self, rows: dict[str, Values]) -> Iterator[ResourceState]:
        for where, row in rows.items():
            if type_of(where) != _COSMOS:
                continue
            account, version = id_of(row), _WITHIN[f"{_COSMOS}/sqlroleassignments"]
            for each in self._wanted(
                f"{account}/sqlRoleDefinitions", version, "role definitions of the Cosmos DB account"
            ):
                state = arm_states.definition(each, "cosmos") if self._has_id(each, account) else None
                if state:
                    yield state
            for each in self._wanted(
                f"{account}/sqlRoleAssignments", version, "role assignments of the Cosmos DB account"
            ):
                if self._has_id(each, account):
                    yield arm_states.assignment(each, "cosmos", account)

    def _definitions(self) -> Iterator[ResourceState]:
        path = f"{self._base}/{_AUTHORIZATION}/roleDefinitions"
        for row in self._wanted(
            path, DEFINITIONS, "current role definitions (those of the packed catalogue are used instead)"
        ):
            role = role_of(row)
            if role is None:
                self._note(
                    id_of(row) or "role definitions", "the operations of this role are incomplete in Azure's response"
                )
            else:
                self._roles[role.id] = role
            state = arm_states.definition(row, "azure") if self._has_id(row, "role definitions") else None
            if state:
                yield state

    def _detailed(self, rows: dict[str, Values]) -> dict[str, Values]:
        """Return rows with properties, for resource types that must be listed type by type."""
        detailed: dict[str, Values] = {}
        for arm_type in sorted({type_of(where) for where in rows} & set(LISTED)):
            path, what = f"{self._base}/providers/{arm_type}", f"properties of {arm_type}"
            listing = self._arm.listed(path, LISTED[arm_type])
            detailed.update((key(id_of(row)), row) for row in listing.rows if id_of(row))
            if listing.failure:
                self._failed(path, what, listing.failure)
                continue
            for where, row in rows.items():
                if type_of(where) == arm_type and where not in detailed:
                    self._note(
                        id_of(row),
                        "Azure does not list the properties of this resource, so they are missing in the results",
                    )
        return detailed

    def _foundry(self, rows: dict[str, Values], detailed: dict[str, Values]) -> dict[str, Values]:
        """Return Foundry projects and their published agents; record the identities of unpublished agents."""
        found: dict[str, Values] = {}
        for where, row in rows.items():
            # No other kind of account has projects.
            if type_of(where) == _COGNITIVE and text(row, "kind") in {"", "AIServices"}:
                subdomain = text(mapping(detailed.get(where, row).get("properties")), "customSubDomainName")
                for project in self._children(id_of(row), "projects", "the Foundry projects of the account"):
                    found[key(id_of(project))] = project
                    applications = self._children(
                        id_of(project), "applications", "the published agents of the Foundry project"
                    )
                    found |= {key(id_of(each)): each for each in applications}
                    found |= {key(id_of(each)): each for each in self._agents(project, subdomain)}
        return found

    def _children(self, where: str, kind: str, what: str) -> list[Values]:
        rows = self._wanted(f"{where}/{kind}", _WITHIN[_PROJECT], what)
        return [row for row in rows if self._has_id(row, where)]

    def _agents(self, project: Values, subdomain: str) -> Iterator[Values]:
        """Yield the agents of a Foundry project in the form of resources, and record their identities."""
        properties = mapping(project.get("properties"))
        name = id_of(project).rpartition("/")[2]
        endpoint, disagreement = project_endpoint(subdomain, name, mapping(properties.get("endpoints")))
        if disagreement:
            self._note(id_of(project), disagreement)
        listing = agents_of(endpoint, self._credential, self._arm.origin) if endpoint else Listing()
        if not endpoint or listing.failure:
            why = listing.failure or "the project has no endpoint"
            self._note(id_of(project), f"the identities of the project's agents could not be read completely: {why}")
        self.principals += principals(id_of(project), project, listing.rows)
        yield from agent_resources(id_of(project), listing.rows)

    def _authentication(self, detailed: dict[str, Values]) -> Iterator[ResourceState]:
        """Yield the authentication configs of the Container Apps that have ingress."""
        for where, row in detailed.items():
            configuration = mapping(mapping(row.get("properties")).get("configuration"))
            if type_of(where) == _APP and configuration.get("ingress"):
                path = f"{id_of(row)}/authConfigs"
                listing = self._arm.listed(path, _WITHIN[_CONFIG])
                if listing.failure:
                    # What they are about is callers of the app, and no access of an identity.
                    what = f"the authentication configs of the app could not be read: {listing.failure}"
                    self.unread.append(Unread(path, what, about=()))
                for each in listing.rows:
                    if self._has_id(each, id_of(row)):
                        yield arm_states.resource(each, whole=True)

    def _federated(self, rows: dict[str, Values]) -> Iterator[ResourceState]:
        for where, row in rows.items():
            if type_of(where) == _IDENTITY:
                path = f"{id_of(row)}/{_FEDERATED.rpartition('/')[2]}"
                for each in self._wanted(path, _WITHIN[_FEDERATED], "the federated credentials of the identity"):
                    if self._has_id(each, id_of(row)):
                        yield arm_states.resource(each, whole=True)

    def _signing_keys(self, scopes: set[str]) -> Iterator[ResourceState]:
        """Yield the keys of vaults that somebody holds a role at; others concern no agent."""
        wanted = {key(scope): scope for scope in scopes if type_of(key(scope)) == _KEY}
        # Ids are compared without their letter case, so that scopes may write one vault in several ways.
        vaults = {one.rsplit("/", 2)[0]: scope.rstrip("/").rsplit("/", 2)[0] for one, scope in wanted.items()}
        for vault in sorted(vaults.values()):
            for each in self._wanted(f"{vault}/keys", _WITHIN[_KEY], "the keys of the vault"):
                if not self._has_id(each, vault) or key(id_of(each)) not in wanted:
                    continue
                if mapping(each.get("properties")).get("keyOps") is None:
                    self._note(id_of(each), "Azure does not list the operations that this key permits")
                else:
                    yield arm_states.resource(each, whole=True)

    def _note_other_types(self, rows: dict[str, Values]) -> None:
        """Note the resources of types that are not read, and the Kubernetes objects of clusters, once each.

        The notes concern no identity of the network: an identity that such a resource has is read as its host.
        """
        kinds = (type_of(where) for where in rows)
        others = sorted({each for each in kinds if each and each not in BY_ARM_TYPE and not is_harmless_in_azure(each)})
        if others:
            shown = ", ".join(others[:_MOST_TYPES]) + (" and others" if len(others) > _MOST_TYPES else "")
            count = "one type" if len(others) == 1 else f"{len(others)} types"
            what = f"resources of {count} are not read: keys, logins and access in their own settings"
            self.unread.append(Unread(self._base, f"{what} ({shown})", about=()))
        clusters = sorted(where.rpartition("/")[2] for where in rows if type_of(where) == _CLUSTER)
        if clusters:
            what = (
                "Kubernetes objects of clusters are not read from live Azure, only from a preview or an export: pods,"
            )
            what = f"{what} service accounts and role bindings in {', '.join(clusters)}"
            self.unread.append(Unread(self._base, what, about=()))

    def _check_identity(self, identity: Values, where: str) -> None:
        if "systemassigned" in text(identity, "type").lower().replace(" ", "") and not text(identity, "principalId"):
            self._note(
                where,
                "Azure does not list the principal of this resource's identity, so the access is reported as that of"
                " an unknown principal",
            )

    def _deny(self) -> None:
        path = f"{self._base}/{_AUTHORIZATION}/denyAssignments"
        for each in map(arm_states.deny, self._wanted(path, _DENIES, "deny assignments of the subscription")):
            if isinstance(each, Unread):
                self.unread.append(each)
            else:
                self.denies.append(each)

    def _needed(self, path: str, version: str, what: str) -> tuple[Values, ...]:
        listing = self._arm.listed(f"{self._base}/{path}", version)
        if listing.failure:
            why = f"{what} cannot be read: {listing.failure}; {SIGN_IN} as someone with the role Reader there"
            raise UnreadableSource(f"{self._base}/{path}", why)
        return listing.rows

    def _wanted(self, path: str, version: str, what: str, **query: str) -> tuple[Values, ...]:
        listing = self._arm.listed(path, version, **query)
        if listing.failure:
            self._failed(path, what, listing.failure)
        return listing.rows

    def _failed(self, path: str, what: str, why: str) -> None:
        self._note(path, f"{what} could not be read completely from Azure: {why}")

    def _has_id(self, row: Values, where: str) -> bool:
        if not id_of(row):
            self._note(where, "Azure listed an entry without an id, which is missing in the results")
        return bool(id_of(row))

    def _note(self, where: str, what: str) -> None:
        self.unread.append(Unread(where, what))
