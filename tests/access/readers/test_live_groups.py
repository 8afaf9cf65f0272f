"""Tests that live Azure is read with groups of identities, management groups and agents by their places."""

import copy
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from access.azure.application_permissions import graph_app_roles
from access.azure.roles import by_name
from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from access.findings import check
from access.model.graph import Graph
from access.questions.additional_grants import additional_grants
from access.questions.proof import Proof, prove
from access.questions.role_changes import packed_roles
from access.readers import live, local
from access.readers.entra_directory import directory_of
from localazure.run import RunResult
from tests import fabrikam as fabrikam_files
from tests.access import fabrikam
from tests.access.readers.arm_server import AUTHORIZATION, BASE, SUBSCRIPTION, Arm, Signed, notes, of_stack, serving
from tests.access.readers.sources import deployed, printed, rows

GROUP = "99999999-9999-4999-8999-999999999999"
COMPANY = "/providers/Microsoft.Management/managementGroups/company"
DECLARED_ACCESSES = 17
DECLARED = fabrikam.declared()


@cache
def network() -> RunResult:
    return deployed(fabrikam_files.network(), fabrikam_files.environment("dev"), "dev")[0]


@cache
def program() -> Graph:
    return local.read(printed(network()))


@cache
def served() -> Arm:
    used = {one.role.name for one in program().assignments if one.role} | {"Reader", "Owner"}
    return of_stack(rows(network()), [role for role in packed_roles() if role.name in used])


@pytest.fixture
def arm() -> Iterator[Arm]:
    arm = copy.deepcopy(served())
    with serving(arm):
        yield arm


def reading(arm: Arm, **options: Any) -> Graph:  # noqa: ANN401 - as live.read takes them
    names: dict[str, Any] = {"network": "fabrikam", "stack": "dev", "like": program(), "directory": arm.endpoint}
    return live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint, **names | options)


def grant(arm: Arm, role: str, scope: str, kind: str = "Group") -> None:
    fields = {
        "principalId": GROUP,
        "principalType": kind,
        "roleDefinitionId": f"{AUTHORIZATION}/roleDefinitions/{by_name(role).id}",
        "scope": scope,
    }
    where = f"{scope}/providers/Microsoft.Authorization/roleAssignments/00000001-0000-4000-8000-000000000000"
    arm.lists[f"{AUTHORIZATION}/roleAssignments".lower()].append({"id": where, "properties": fields})


def agent_id(name: str) -> str:
    return next(one.id for one in program().principals if one.agents == (name,) and one.purpose == "own")


def groups_of(arm: Arm, principal_id: str, *groups: str) -> None:
    members = [{"@odata.type": "#microsoft.graph.group", "id": each} for each in groups]
    arm.put(f"/v1.0/servicePrincipals/{principal_id}/transitiveMemberOf", members)


def proof_of(graph: Graph) -> Proof:
    return prove(graph, DECLARED)


def requested_groups(arm: Arm) -> list[str]:
    return [path for path, _ in arm.requested if path.endswith("/transitivememberof")]


def test_proof_of_live_azure_holds_with_a_reader_at_a_management_group_and_an_owner_group_without_agents(
    arm: Arm,
) -> None:
    grant(arm, "Reader", COMPANY, "User")
    first = proof_of(reading(arm))
    grant(arm, "Owner", BASE)
    graph = reading(arm)

    assert first.failures == ()
    assert notes(graph) == ()
    assert proof_of(graph).failures == ()
    assert {one.what.split(" is assigned")[0] for one in proof_of(graph).ignored} >= {
        "role 'Reader' at management group 'company'"
    }


def test_proof_of_live_azure_fails_for_an_agent_in_an_entra_group_that_holds_owner(arm: Arm) -> None:
    grant(arm, "Owner", BASE)
    arm.page_size = 2
    groups_of(arm, agent_id("report"), "0", "1", "2", GROUP.upper())

    found = proof_of(reading(arm))

    assert {failure.agent for failure in found.failures} == {"report"}


def test_live_azure_reader_requests_no_group_memberships_of_agents_if_no_group_holds_a_role(arm: Arm) -> None:
    assert proof_of(reading(arm)).holds
    # A group can have a role of Entra ID, which nothing that acts for users may have.
    acting = {one.id for one in program().principals if one.purpose in {"application", "credential"}}
    assert sorted(requested_groups(arm)) == sorted(
        f"/v1.0/serviceprincipals/{each}/transitivememberof" for each in acting
    )


@pytest.mark.parametrize("status", [401, 403])
def test_live_azure_reader_without_permission_for_groups_reports_each_part_once_and_requests_no_more(
    arm: Arm, status: int
) -> None:
    grant(arm, "Owner", BASE)
    for one in program().principals:
        arm.refuse(f"/v1.0/servicePrincipals/{one.id}/transitiveMemberOf", status)

    graph = reading(arm)

    # Once for what acts for users, and once for the groups of the network's identities.
    assert sorted(one.where for one in notes(graph)) == ["Microsoft Graph", "Microsoft Graph", f"group {GROUP}"]
    assert len(requested_groups(arm)) == 2
    assert {failure.what.split(":")[1].strip() for failure in proof_of(graph).failures} == {
        "Microsoft Graph",
        f"group {GROUP}",
    }


def test_entra_group_with_reader_whose_members_are_not_read_does_not_fail_the_proof_of_live_azure(arm: Arm) -> None:
    grant(arm, "Reader", COMPANY)

    graph = reading(arm, directory=None)

    assert [one.what for one in proof_of(graph).failures if f"group {GROUP}" in one.what] == []
    unread = [one for one in check(graph, DECLARED, today=date(2026, 11, 28)) if one.rule.id == "unread"]
    (doubt,) = [one for one in unread if one.location not in {BASE, "Microsoft Graph"}]
    assert doubt.what == (
        f"group {GROUP}: who is in it is not read; its members hold what it holds: Reader at management group 'company'"
    )


@pytest.mark.parametrize("group", [True, False])
def test_deny_assignment_that_excludes_an_entra_group_makes_access_conditional_if_members_are_not_read(
    arm: Arm, *, group: bool
) -> None:
    denied = {
        "denyAssignmentName": "locked",
        "permissions": [{"actions": ["*"], "notActions": [], "dataActions": ["*"]}],
        "scope": COMPANY,
        "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}],
        "excludePrincipals": [{"id": GROUP, "type": "Group" if group else "ServicePrincipal"}],
    }
    arm.put(f"{AUTHORIZATION}/denyAssignments", [{"id": f"{COMPANY}/deny", "properties": denied}])

    known, unknown = proof_of(reading(arm)), proof_of(reading(arm, directory=None))

    assert known.allowed < DECLARED_ACCESSES
    assert all("may not" in failure.what for failure in known.failures)
    assert any("only under a condition" in failure.what for failure in unknown.failures) == group


def test_app_of_another_resource_group_with_tag_and_identity_of_an_agent_is_reported_as_a_foreign_actor(
    arm: Arm,
) -> None:
    where = f"{BASE}/resourceGroups/other/providers/Microsoft.App/containerApps/evil"
    identity = next(one.owner for one in program().principals if one.agents == ("notifier",))
    block = {"type": "UserAssigned", "userAssignedIdentities": {identity: {"principalId": agent_id("notifier")}}}
    evil = {"id": where, "type": "Microsoft.App/containerApps", "tags": {"agent": "notifier"}, "identity": block}
    for path in (f"{BASE}/resources", f"{BASE}/providers/Microsoft.App/containerApps"):
        arm.lists[path.lower()].append({**evil, "properties": {}})

    graph = reading(arm)

    (actor,) = foreign_actors(graph)
    assert actor_sentence(graph, actor).startswith("'evil' (Microsoft.App/containerApps) can act as notifier")
    assert not proof_of(graph).holds
    assert {one.agents for one in graph.principals} == {one.agents for one in program().principals}


def test_federated_credential_in_live_azure_fails_the_proof_unless_it_is_the_agents_own(arm: Arm) -> None:
    identity = next(one.owner for one in program().principals if one.agents == ("notifier",))
    trusted = f"{identity}/federatedIdentityCredentials"
    (own,) = arm.lists[trusted.lower()]
    evil = {"issuer": "https://evil.example", "subject": own["properties"]["subject"]}
    arm.lists[trusted.lower()].append({"id": f"{trusted}/evil", "properties": evil})

    graph = reading(arm)

    assert [actor.issuer for actor in foreign_actors(graph)] == ["https://evil.example"]
    assert ["can act as notifier" in failure.what for failure in proof_of(graph).failures] == [True]


def test_aks_nodes_with_the_kubelet_identity_of_the_network_are_not_reported_as_a_foreign_actor(arm: Arm) -> None:
    (kubelet,) = (one for one in program().principals if one.party == "fleet")
    where = f"{BASE}/resourceGroups/MC_fleet/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{kubelet.name}"
    nodes = f"{BASE}/resourceGroups/MC_fleet/providers/Microsoft.Compute/virtualMachineScaleSets/aks-system"
    properties = {"principalId": kubelet.id}
    block = {"type": "UserAssigned", "userAssignedIdentities": {where: properties}}
    resources = arm.lists[f"{BASE}/resources".lower()]
    resources += [{"id": where, "properties": properties}, {"id": nodes, "identity": block}]
    listed = f"{BASE}/providers/Microsoft.ManagedIdentity/userAssignedIdentities".lower()
    arm.lists[listed].append({"id": where, "properties": properties})
    arm.put(f"{where}/federatedIdentityCredentials", [])
    (cluster,) = arm.lists[f"{BASE}/providers/Microsoft.ContainerService/managedClusters".lower()]
    cluster["properties"] |= {"nodeResourceGroup": "MC_fleet"}
    kubelets = {"kubeletidentity": {"resourceId": where, "objectId": kubelet.id}}
    cluster["properties"] |= {"identityProfile": kubelets}

    graph = reading(arm)

    assert notes(graph) == ()
    assert foreign_actors(graph) == ()
    assert proof_of(graph).holds


def test_microsoft_graph_address_follows_the_azure_cloud_and_is_empty_for_an_unknown_cloud() -> None:
    assert directory_of("https://management.azure.com/") == "https://graph.microsoft.com"
    assert directory_of("https://management.usgovcloudapi.net") == "https://graph.microsoft.us"
    assert directory_of("https://management.example") == ""


def app_roles_of(arm: Arm, found: str, *rows: dict[str, str]) -> None:
    """Give an identity app roles of APIs, and all others none."""
    for one in program().principals:
        arm.put(f"/v1.0/servicePrincipals/{one.id}/appRoleAssignments", list(rows) if one.id == found else [])


def test_app_roles_of_identities_in_other_apis_are_read_from_live_azure(arm: Arm) -> None:
    mail = {"id": "1", "appRoleId": graph_app_roles()["Mail.Read"], "resourceDisplayName": "Microsoft Graph"}
    app_roles_of(arm, agent_id("report"), {**mail, "resourceId": GROUP})

    graph = reading(arm, app_roles=True)

    assert [(one.principal, one.what) for one in graph.directory_rights] == [
        (agent_id("report"), "the app role 'Mail.Read' of 'Microsoft Graph'")
    ]
    assert notes(graph) == ()
    assert list(additional_grants(program(), graph, DECLARED, today=date(2026, 11, 29), release={})) == [
        "report has the app role 'Mail.Read' of 'Microsoft Graph', which is not in the state of the stack"
    ]


def test_app_roles_that_may_not_be_read_are_one_note_about_nobody(arm: Arm) -> None:
    app_roles_of(arm, "")
    for one in program().principals:
        if one.purpose == "own":
            arm.refuse(f"/v1.0/servicePrincipals/{one.id}/appRoleAssignments", 403)

    graph = reading(arm, app_roles=True)

    assert [(one.where, one.about) for one in notes(graph)] == [("Microsoft Graph", ())]
    assert graph.directory_rights == ()
