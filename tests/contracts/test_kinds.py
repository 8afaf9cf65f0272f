"""Contract tests of every resource kind, in one table; a new kind fails until the table has its row."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from access.azure.key_access import local_auth, switch_of
from access.azure.privileges import privileged
from access.azure.roles import Role, by_name, role_refusal_reason
from access.azure.types import BY_TOKEN
from access.azure.types import of_kind as row_of_kind
from access.azure.types.row import KeySwitch, VerbRole
from components.resources.kinds import KINDS
from manifest.kinds import KINDS as DESCRIBED
from tests.components.recorder import Recorded, Registered, identity_of
from tests.contracts.networks import PARENT, RESOURCE, component, of_kind, within

every_kind = pytest.mark.parametrize("kind", sorted(KINDS))

# What else has to be set, next to the key switch of the type's row, so that nothing but a role opens it.
ALSO_CLOSED: Mapping[str, Mapping[str, object]] = {
    "azure-native:containerregistry:Registry": {"anonymousPullEnabled": False},
    "azure-native:cosmosdb:DatabaseAccount": {"disableKeyBasedMetadataWriteAccess": True},
    "azure-native:operationalinsights:Workspace": {"features.disableLocalAuth": True},
    "azure-native:storage:StorageAccount": {"allowBlobPublicAccess": False, "isLocalUserEnabled": False},
}
# The workspace is where logs go.
NOT_LOGGED = {"azure-native:operationalinsights:Workspace"}
GRANTS = {"RoleAssignment", "SqlResourceSqlRoleAssignment"}

# Roles that come with more than data although no built-in role gives their verb with less.
WITH_CONTROL = {
    "Storage Blob Data Contributor": {
        "Microsoft.Storage/storageAccounts/blobServices/containers/write",
        "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
    },
}


def rows() -> Iterator[tuple[str, str, VerbRole]]:
    for kind in (*KINDS, "image-registry"):
        yield from ((kind, each.verb, each) for row in row_of_kind(kind) for each in row.verbs)


every_row = pytest.mark.parametrize(("kind", "row"), [pytest.param(k, r, id=f"{k}-{v}-{r.role}") for k, v, r in rows()])


def input_at(resource: Registered, path: str) -> object:
    value: Any = resource.inputs
    for key in path.split("."):
        value = value.get(key)
    return value


def opened_by_keys(recorded: Recorded) -> list[Registered]:
    """Return the created resources that have access keys or other access without roles that must be disabled."""
    made = (one for one in recorded.resources if one.custom and one.read is None)
    return [one for one in made if one.type in ALSO_CLOSED or has_switch(one)]


def has_switch(resource: Registered) -> bool:
    return resource.type in BY_TOKEN and isinstance(BY_TOKEN[resource.type].keys, KeySwitch)


def assert_closed(resource: Registered) -> None:
    if has_switch(resource):
        switch = switch_of(BY_TOKEN[resource.type].arm_type)
        assert local_auth(BY_TOKEN[resource.type].arm_type, resource.inputs) is False, (resource.urn, switch)
    for path, value in ALSO_CLOSED.get(resource.type, {}).items():
        assert input_at(resource, path) is value, (resource.urn, path)


def logged_at(resource: Registered, recorded: Recorded) -> set[str]:
    """Return the scopes at which a resource sends logs: the resource itself, or services such as `blobServices`."""
    own = BY_TOKEN[resource.type].path
    inside = (BY_TOKEN[one.type].path.removeprefix(own) for one in recorded.resources if one.type in BY_TOKEN)
    return {found[0] for path in inside if (found := re.match(r"/\w+Services/default(?=/)", path))} or {""}


def assert_logged(recorded: Recorded) -> None:
    workspace = identity_of("Workspace", recorded.one("Workspace").name)
    logged = {setting.inputs["resourceUri"]: setting.inputs for setting in recorded.all("DiagnosticSetting")}
    for resource in (one for one in opened_by_keys(recorded) if one.type not in NOT_LOGGED):
        for place in logged_at(resource, recorded):
            setting = logged[identity_of(resource.type, resource.name) + place]
            assert setting["workspaceId"] == workspace
            assert setting["logs"]
            assert any(one["enabled"] for one in setting["logs"])


def test_every_resource_kind_of_the_manifest_has_a_component() -> None:
    assert set(KINDS) == set(DESCRIBED)


@every_kind
def test_manifest_verbs_of_a_resource_kind_equal_its_components_verbs(kind: str) -> None:
    assert set(KINDS[kind].VERBS) == set(DESCRIBED[kind].verbs)


@every_row
def test_role_of_every_verb_is_current_and_may_be_assigned_to_an_agent(kind: str, row: VerbRole) -> None:
    role = by_name(row.role)

    assert role.name == row.role, "the name is a former one"
    assert role_refusal_reason(row.role, kind) is None
    assert privileged(role) is None


def controlling(role: Role) -> set[str]:
    actions = {action for block in role.permissions for action in block.actions}
    return {action for action in actions if action.rpartition("/")[2].lower() in {"write", "delete", "*"}}


@every_row
def test_verb_roles_allow_no_control_plane_write_or_delete_except_listed_ones(kind: str, row: VerbRole) -> None:
    del kind

    allowed = controlling(by_name(row.role))
    assert allowed == WITH_CONTROL.get(row.role, set())
    assert bool(row.beyond) == bool(allowed), "reports state what the role allows in addition to the verb"


@every_row
def test_every_verb_has_a_meaning_and_a_documentation_source(kind: str, row: VerbRole) -> None:
    del kind

    assert row.meaning
    assert "Microsoft Learn, 20" in row.source


@every_kind
def test_resource_kind_disables_key_access(kind: str) -> None:
    found = opened_by_keys(of_kind(kind))

    assert {one.type for one in found} > {"azure-native:containerregistry:Registry", *NOT_LOGGED}, "no holder was made"
    for resource in found:
        assert_closed(resource)


@every_kind
def test_resource_kind_sends_logs_to_the_workspace(kind: str) -> None:
    assert_logged(of_kind(kind))


@every_kind
def test_component_of_a_resource_kind_is_a_child_of_its_parent_resource_or_the_network(kind: str) -> None:
    recorded = of_kind(kind)
    root, own = recorded.one("AgentNetwork").urn, component(recorded, KINDS[kind])
    holder = KINDS[kind].PARENT

    if holder is None:
        assert own.parent == root
    else:
        assert own.parent == component(recorded, holder).urn
        assert component(recorded, holder).parent == root
    # Every Azure resource belongs to a component, and every component to the network.
    assert [one.name for one in recorded.resources if one.custom and one.parent == root] == ["contoso"]
    assert {one.urn for one in recorded.resources} == {one.urn for one in within(recorded, "contoso")}


@every_kind
def test_component_of_a_resource_kind_registers_scope_verbs_and_endpoint_as_outputs(kind: str) -> None:
    outputs = component(of_kind(kind), KINDS[kind]).outputs or {}

    assert set(outputs) == {"scope", "verbs", "endpoint"}
    assert outputs["verbs"] == {verb: row.role for verb, row in KINDS[kind].VERBS.items()}
    assert outputs["endpoint"], "add what Azure answers to tests/components/recorder.py"


@every_kind
def test_each_verb_creates_one_role_assignment_named_agent_may_verb_resource(kind: str) -> None:
    grants = [one.name for one in of_kind(kind).resources if one.kind in GRANTS and "-may-pull-" not in one.name]

    assert sorted(grants) == sorted(f"worker-may-{verb}-{RESOURCE}" for verb in KINDS[kind].VERBS)


@every_kind
def test_existing_resource_is_read_and_gets_role_assignments_but_is_not_created(kind: str) -> None:
    recorded = of_kind(kind, existing=True)
    inside = [one for name in (PARENT, RESOURCE) for one in within(recorded, name) if one.custom]

    assert any(one.read for one in inside)
    assert [one.urn for one in inside if one.read is None] == []
    assert {one.kind for one in recorded.resources if one.name.endswith(f"-{RESOURCE}") and one.custom} <= {
        *GRANTS,
        "Subscription",
    }
