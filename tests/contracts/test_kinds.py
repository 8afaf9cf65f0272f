"""What holds for every kind of resource: one table for all, and a new kind fails until it has its row."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from access.azure.privileges import privileged
from access.azure.roles import Role, by_name, role_refusal_reason
from access.azure.verb_roles import VERBS as READ_AS
from components.agents.foundry import FoundryAgent
from components.resources.base import Verb
from components.resources.image_registry import ImageRegistry
from components.resources.kinds import KINDS
from manifest.kinds import KINDS as DESCRIBED
from tests.components.recorder import Recorded, Registered, identity_of
from tests.contracts.networks import PARENT, RESOURCE, component, of_kind, within

every_kind = pytest.mark.parametrize("kind", sorted(KINDS))

# What can be opened with a key of its own, and what has to be said so that it cannot.
KEYS_OFF: Mapping[str, Mapping[str, object]] = {
    "Account": {"properties.disableLocalAuth": True},
    "ConfigurationStore": {"disableLocalAuth": True},
    "DatabaseAccount": {"disableLocalAuth": True, "disableKeyBasedMetadataWriteAccess": True},
    "ManagedCluster": {"disableLocalAccounts": True},
    "Namespace": {"disableLocalAuth": True},
    "Registry": {"adminUserEnabled": False, "anonymousPullEnabled": False},
    "Service": {"disableLocalAuth": True},
    "StorageAccount": {"allowSharedKeyAccess": False, "allowBlobPublicAccess": False, "isLocalUserEnabled": False},
    # No key, but a list of its own of who may do what.
    "Vault": {"properties.enableRbacAuthorization": True},
    "Workspace": {"features.disableLocalAuth": True},
}
# What is opened through what holds it, or is nothing to open.
NO_KEYS = {
    *("BlobContainer", "BlobServiceProperties", "Queue", "Topic", "Subscription", "Deployment"),
    *("SqlResourceSqlContainer", "SqlResourceSqlDatabase", "SqlResourceSqlRoleAssignment"),
    *("ContainerApp", "DiagnosticSetting", "ManagedEnvironment", "ResourceGroup", "RoleAssignment"),
    *("UserAssignedIdentity", "FederatedIdentityCredential"),
    *("Project", "ProjectConnection", "AgentApplication", "AgentDeployment"),
}
# What keeps logs somewhere else than at itself; elsewhere, at its own id.
LOGGED_AT = {"StorageAccount": ("/blobServices/default", "/queueServices/default")}
# The workspace is where logs go.
NOT_LOGGED = {"Workspace"}
GRANTS = {"RoleAssignment", "SqlResourceSqlRoleAssignment"}

# Roles that come with more than data although no built-in role gives their verb with less.
WITH_CONTROL = {
    "Storage Blob Data Contributor": {
        "Microsoft.Storage/storageAccounts/blobServices/containers/write",
        "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
    }
}


def rows() -> Iterator[tuple[str, str, Verb]]:
    for kind, described in {**KINDS, "image-registry": ImageRegistry}.items():
        yield from ((kind, verb, row) for verb, row in described.VERBS.items())
    yield from (("image-registry", verb, row) for verb, row in ImageRegistry.REPOSITORY_VERBS.items())


def calls() -> Iterator[tuple[str, str, Verb]]:
    """What calling an agent stands for; an agent of Foundry is a resource to whoever calls it."""
    for described in FoundryAgent.VERBS.values():
        yield from (("foundry-agent", verb, row) for verb, row in described.items())


every_row = pytest.mark.parametrize(("kind", "row"), [pytest.param(k, r, id=f"{k}-{v}-{r.role}") for k, v, r in rows()])


def asked(resource: Registered, path: str) -> object:
    value: Any = resource.inputs
    for key in path.split("."):
        value = value.get(key)
    return value


def opened_by_keys(recorded: Recorded) -> list[Registered]:
    made = (one for one in recorded.resources if one.custom and one.read is None)
    return [one for one in made if one.kind in KEYS_OFF and one.type.startswith("azure-native:")]


def test_what_can_be_written_is_what_there_are_components_for() -> None:
    assert set(KINDS) == set(DESCRIBED)


@every_kind
def test_what_can_be_written_is_what_the_component_allows(kind: str) -> None:
    assert set(KINDS[kind].VERBS) == set(DESCRIBED[kind].verbs)


def test_assignments_are_read_as_the_verbs_for_which_they_are_made() -> None:
    made: dict[tuple[str, str], set[str]] = {}
    for kind, verb, row in (*rows(), *calls()):
        made.setdefault((kind, verb), set()).add(row.role)

    assert {key: set(roles) for key, roles in READ_AS.items()} == made


@every_row
def test_a_verbs_role_is_one_that_an_agent_may_have(kind: str, row: Verb) -> None:
    role = by_name(row.role)

    assert role.name == row.role, "the name is a former one"
    assert role_refusal_reason(row.role, kind) is None
    assert privileged(role) is None


def controlling(role: Role) -> set[str]:
    actions = {action for block in role.permissions for action in block.actions}
    return {action for action in actions if action.rpartition("/")[2].lower() in {"write", "delete", "*"}}


@every_row
def test_a_verbs_role_changes_data_and_not_resources(kind: str, row: Verb) -> None:
    del kind

    assert controlling(by_name(row.role)) == WITH_CONTROL.get(row.role, set())


@every_row
def test_a_verb_says_what_it_allows_and_who_says_so(kind: str, row: Verb) -> None:
    del kind

    assert row.meaning
    assert "Microsoft Learn, 20" in row.source


@every_kind
def test_every_type_of_resource_has_its_row(kind: str) -> None:
    types = {one.kind for one in of_kind(kind).resources if one.custom}

    assert types <= {*KEYS_OFF, *NO_KEYS}


@every_kind
def test_no_key_opens_it(kind: str) -> None:
    recorded = of_kind(kind)

    assert len(opened_by_keys(recorded)) > len({"Registry", "Workspace"}), "what holds it is not there"
    for resource in opened_by_keys(recorded):
        for path, value in KEYS_OFF[resource.kind].items():
            assert asked(resource, path) is value, (resource.urn, path)


@every_kind
def test_what_it_sees_is_logged(kind: str) -> None:
    recorded = of_kind(kind)
    workspace = identity_of("Workspace", recorded.one("Workspace").name)
    logged = {setting.inputs["resourceUri"]: setting.inputs for setting in recorded.all("DiagnosticSetting")}

    for resource in opened_by_keys(recorded):
        if resource.kind in NOT_LOGGED:
            continue
        for place in LOGGED_AT.get(resource.kind, ("",)):
            setting = logged[identity_of(resource.kind, resource.name) + place]
            assert setting["workspaceId"] == workspace
            assert setting["logs"]
            assert all(one["enabled"] for one in setting["logs"])


@every_kind
def test_it_stands_in_what_holds_it(kind: str) -> None:
    recorded = of_kind(kind)
    root, own = recorded.one("AgentNetwork").urn, component(recorded, KINDS[kind])
    holder = KINDS[kind].HOLDER

    if holder is None:
        assert own.parent == root
    else:
        assert own.parent == component(recorded, holder).urn
        assert component(recorded, holder).parent == root
    # Nothing lies about: whatever Azure is asked for belongs to a component, and each component to the network.
    assert [one.name for one in recorded.resources if one.custom and one.parent == root] == ["contoso"]
    assert {one.urn for one in recorded.resources} == {one.urn for one in within(recorded, "contoso")}


@every_kind
def test_it_tells_the_engine_what_it_is(kind: str) -> None:
    outputs = component(of_kind(kind), KINDS[kind]).outputs or {}

    assert set(outputs) == {"scope", "verbs", "endpoint"}
    assert outputs["verbs"] == {verb: row.role for verb, row in KINDS[kind].VERBS.items()}
    assert outputs["endpoint"]


@every_kind
def test_a_verb_is_one_assignment_named_as_a_sentence(kind: str) -> None:
    grants = [one.name for one in of_kind(kind).resources if one.kind in GRANTS and "-may-pull-" not in one.name]

    assert sorted(grants) == sorted(f"worker-may-{verb}-{RESOURCE}" for verb in KINDS[kind].VERBS)


@every_kind
def test_what_exists_is_read_and_granted_on_and_nothing_of_it_made(kind: str) -> None:
    recorded = of_kind(kind, existing=True)
    inside = [one for name in (PARENT, RESOURCE) for one in within(recorded, name) if one.custom]

    assert any(one.read for one in inside)
    assert [one.urn for one in inside if one.read is None] == []
    assert {one.kind for one in recorded.resources if one.name.endswith(f"-{RESOURCE}") and one.custom} <= {
        *GRANTS,
        "Subscription",
    }
