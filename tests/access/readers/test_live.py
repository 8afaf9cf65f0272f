"""Tests of the reader for live Azure against a fake Resource Manager over HTTP."""

import copy
import json
from collections.abc import Iterator
from datetime import date
from time import monotonic
from typing import Any

import pytest

from access.azure.roles import by_name
from access.azure.types import KINDS
from access.azure.verbs import CALLED_KINDS
from access.evaluate.decisions import Decision, decide
from access.findings import check
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.questions.proof import prove
from access.questions.role_changes import packed_roles
from access.readers import live, local
from access.readers.foundry_data_plane import agents_of
from localazure.run import RunResult
from tests import fabrikam as fabrikam_files
from tests.access import fabrikam as network
from tests.access.readers.arm_server import (
    AUTHORIZATION,
    BASE,
    SUBSCRIPTION,
    Arm,
    Signed,
    definition,
    notes,
    of_stack,
    serving,
)
from tests.access.readers.sources import deployed, granted_in, printed, rows

ASSIGNMENTS = f"{AUTHORIZATION}/roleAssignments".lower()
TODAY = date(2026, 1, 1)
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
STRANGER = "5c1d0000-0000-4000-8000-00000000000{}"


def of(stack: str) -> RunResult:
    return deployed(fabrikam_files.network(), fabrikam_files.environment(stack), stack)[0]


def served(result: RunResult) -> Arm:
    used = {one.role.name for one in local.read(printed(result)).assignments if one.role}
    return copy.deepcopy(of_stack(rows(result), [role for role in packed_roles() if role.name in used]))


@pytest.fixture(scope="module")
def fabrikam() -> RunResult:
    return of("dev")


@pytest.fixture
def arm(fabrikam: RunResult) -> Iterator[Arm]:
    arm = served(fabrikam)
    with serving(arm):
        yield arm


def reading(arm: Arm, **options: Any) -> Graph:  # noqa: ANN401 - as live.read takes them
    places: dict[str, Any] = {"endpoint": arm.endpoint, "directory": arm.endpoint}
    fields: dict[str, Any] = {**places, "network": "fabrikam", "stack": "dev", **options}
    return live.read(SUBSCRIPTION, Signed(), **fields)


def given(number: int, scope: str, role: str = "Reader", **properties: str) -> dict[str, Any]:
    """Return one additional role assignment."""
    fields = {
        "principalId": STRANGER.format(number % 10),
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"{AUTHORIZATION}/roleDefinitions/{by_name(role).id}",
        "scope": scope,
        **properties,
    }
    where = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{number:08d}-0000-4000-8000-000000000000"
    return {"id": where.replace("//", "/"), "properties": fields}


def test_live_azure_reader_gives_the_same_graph_as_the_local_run(arm: Arm, fabrikam: RunResult) -> None:
    program = local.read(printed(fabrikam))

    graph = reading(arm, like=program)

    assert granted_in(graph) == granted_in(program)
    assert notes(graph) == ()
    assert {(each.name, each.kind, each.local_auth) for each in graph.resources if each.declared} == {
        (each.name, each.kind, each.local_auth)
        for each in program.resources
        # What nobody was given and has no list of its own is not seen.
        if each.declared
    }
    assert {(each.id, each.agents, each.party, each.purpose) for each in graph.principals} == {
        (each.id, each.agents, each.party, each.purpose) for each in program.principals
    }


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("AbacRepositoryPermissions", Decision.DENIED), ("LegacyRegistryPermissions", Decision.ALLOWED)],
)
def test_live_azure_reader_judges_image_pulls_by_the_permissions_mode_of_the_registry(
    arm: Arm, mode: str, expected: Decision
) -> None:
    arm.shown_since["roleAssignmentMode"] = "2025-11-01"
    (listed,) = arm.lists[f"{BASE}/providers/Microsoft.ContainerRegistry/registries".lower()]
    listed["properties"]["roleAssignmentMode"] = mode

    graph = reading(arm)

    pulling = {each.principal for each in graph.assignments if each.role and each.role.name == "AcrPull"}
    assert len(pulling) > 1
    assert {decide(graph, one, listed["id"], PULL).decision for one in pulling} == {expected}


def test_check_of_live_azure_finds_the_container_app_whose_latest_revision_never_became_ready(arm: Arm) -> None:
    for app in arm.lists[f"{BASE}/providers/Microsoft.App/containerApps".lower()]:
        properties = app["properties"]
        if app["name"] == "fabrikam-report-dev":
            properties |= {"latestRevisionName": "fabrikam-report-dev--2", "latestReadyRevisionName": "r--1"}

    found = [each for each in check(reading(arm), today=TODAY) if each.rule.id == "unready-revision"]

    assert [(each.agent, each.what) for each in found] == [
        (
            "report",
            "revision 'fabrikam-report-dev--2' of app 'fabrikam-report-dev' is not ready; revision 'r--1' still serves",
        )
    ]


def test_live_azure_reader_without_a_program_uses_azure_names(arm: Arm, fabrikam: RunResult) -> None:
    program = local.read(printed(fabrikam))

    found = granted_in(reading(arm))

    # Azure does not store the network's name for a cluster.
    called = {"fleet": "fabrikam-fleet-dev7-agentpool"}
    assert {(agent, purpose, role, kind) for agent, purpose, role, _, kind in found} == {
        (called.get(agent, agent), purpose, role, kind) for agent, purpose, role, _, kind in granted_in(program)
    }
    assert {name for *_, name, _ in found} >= {"code-uploads", "fabrikamdev7", "fabrikam-openai-dev7"}


@pytest.mark.parametrize("known", [True, False], ids=["as the program calls them", "by their names alone"])
def test_live_azure_reader_maps_a_published_agent_to_the_identity_of_its_application(known: bool) -> None:  # noqa: FBT001
    result = of("prod")
    program = local.read(printed(result))
    arm = served(result)
    with serving(arm):
        graph = reading(arm, stack="prod", like=program if known else None)

    assert notes(graph) == ()
    for agent in ("compliance", "market-analysis"):
        (mine,) = graph.principals_of_agent(agent)
        (theirs,) = program.principals_of_agent(agent)
        assert (mine.id, mine.agents, mine.purpose) == (theirs.id, (agent,), "own")


def test_live_azure_reader_reads_agents_own_identities_from_their_foundry_project(
    arm: Arm, fabrikam: RunResult
) -> None:
    (path,) = (path for path in arm.lists if path.endswith("/projects/research/agents"))
    arm.lists[path].append({"id": "scout", "name": "scout", "instance_identity": {"principal_id": "who-scouts"}})
    arm.page_size = 1

    found = reading(arm, like=local.read(printed(fabrikam))).principal("who-scouts")

    assert found is not None
    assert (found.agents, found.purpose, found.owner.endswith("/projects/research/agents/scout")) == (
        ("scout",),
        "own",
        True,
    )


@pytest.mark.parametrize(
    ("status", "message"),
    [(403, "Azure responded with 403"), (401, "does not accept the token"), (404, "Azure responded with 404")],
)
def test_live_azure_reader_lists_unreadable_foundry_agents_as_unread(arm: Arm, status: int, message: str) -> None:
    (path,) = (path for path in arm.lists if path.endswith("/projects/research/agents"))
    arm.refuse(path, status)

    (doubt,) = notes(reading(arm))

    assert doubt.where.endswith("/projects/research")
    assert message in doubt.what


def test_live_azure_reader_sends_no_foundry_token_to_an_endpoint_outside_foundry(fabrikam: RunResult) -> None:
    """Somebody who can change a project's endpoint in Resource Manager must not receive a token for Foundry."""
    requested: list[str] = []

    class Recorder(Signed):
        def get_token(self, *scopes: str, **_: object) -> Any:  # noqa: ANN401
            requested.extend(scopes)
            raise AssertionError(scopes)

    assert rows(fabrikam)
    for endpoint in (
        "https://example.org/api/projects/x",
        "http://a.services.ai.azure.com/api",
        "https://x.services.ai.azure.com.example.org",
    ):
        listing = agents_of(endpoint, Recorder(), "https://management.azure.com")
        assert "is not an endpoint of Foundry" in listing.failure
    assert requested == []


def test_live_azure_reader_marks_resources_outside_the_program_as_undeclared(arm: Arm, fabrikam: RunResult) -> None:
    account = next(row["id"] for row in arm.lists[f"{BASE}/resources".lower()] if "/storageAccounts/" in row["id"])
    arm.lists[ASSIGNMENTS].append(given(1, f"{account}/blobServices/default/containers/secret-plans"))

    graph = reading(arm, like=local.read(printed(fabrikam)))

    hidden = graph.resource(f"{account}/blobServices/default/containers/secret-plans")
    assert hidden is not None
    assert (hidden.kind, hidden.declared) == ("blob-container", False)


def test_live_azure_reader_matches_resource_ids_regardless_of_case(arm: Arm, fabrikam: RunResult) -> None:
    program = local.read(printed(fabrikam))
    for number, listed in enumerate(arm.lists.values()):
        for row in listed:
            row["id"] = row["id"].upper() if number % 2 else row["id"].lower()
            properties = row.get("properties", {})
            for name in {"scope", "principalId", "roleDefinitionId"} & properties.keys():
                properties[name] = properties[name].upper()

    graph = reading(arm, like=program)

    assert granted_in(graph) == granted_in(program)
    assert notes(graph) == ()


def test_live_azure_reader_follows_next_links_and_waits_for_retry_after(arm: Arm, fabrikam: RunResult) -> None:
    arm.page_size = 2
    arm.busy = {ASSIGNMENTS: [(429, "0.3"), (503, "0.2")]}

    found = granted_in(reading(arm, like=local.read(printed(fabrikam))))

    assert found == granted_in(local.read(printed(fabrikam)))
    first, second, third, *_ = [when for path, when in arm.requested if path == ASSIGNMENTS]
    assert second - first >= 0.3
    assert third - second >= 0.2


@pytest.mark.parametrize("wait", ["86400", "soon"])
def test_live_azure_reader_does_not_wait_for_a_retry_after_of_a_day_or_an_invalid_one(arm: Arm, wait: str) -> None:
    arm.busy = {f"{AUTHORIZATION}/denyAssignments".lower(): [(429, wait)]}
    before = monotonic()

    if wait == "soon":
        with pytest.raises(UnreadableSource, match="cannot be reached"):
            reading(arm)
    else:
        assert ["429" in each.what for each in notes(reading(arm))] == [True]
    assert monotonic() - before < 3600  # the response requests a day


def test_live_azure_reader_reads_all_of_five_thousand_role_assignments(arm: Arm) -> None:
    groups = [f"{BASE}/resourceGroups/group-{number}" for number in range(5_000)]
    arm.lists[ASSIGNMENTS] += [given(number, scope) for number, scope in enumerate(groups)]
    graph = reading(arm)

    assert {one.scope for one in graph.assignments} >= set(groups)
    assert all(graph.resource(scope) is not None for scope in groups)


def requested_lists() -> list[str]:
    types = ("app/containerApps", "documentDB/databaseAccounts", "managedIdentity/userAssignedIdentities")
    return [
        *(f"{BASE}/providers/Microsoft.{each}" for each in types),
        f"{AUTHORIZATION}/denyAssignments",
        f"{AUTHORIZATION}/roleDefinitions",
        "sqlRoleAssignments",
        "sqlRoleDefinitions",
        "federatedIdentityCredentials",
    ]


@pytest.mark.parametrize("ending", requested_lists())
@pytest.mark.parametrize("status", [400, 403, 404])
def test_live_azure_reader_lists_collections_that_azure_refuses_as_unread(arm: Arm, ending: str, status: int) -> None:
    refused = next(path for path in arm.lists if path.endswith(ending.lower()))
    arm.refuse(refused, status)

    graph = reading(arm)

    assert [each.where.lower() for each in notes(graph)] == [refused]
    assert f"Azure responded with {status} (AuthorizationFailed: it is not yours)" in notes(graph)[0].what
    assert graph.assignments


def test_live_azure_reader_gives_unknown_key_access_if_storage_accounts_cannot_be_listed(arm: Arm) -> None:
    arm.refuse(f"{BASE}/providers/Microsoft.Storage/storageAccounts")

    kept = {each.local_auth for each in reading(arm).resources if each.kind == "blob-container"}

    assert kept == {None}


@pytest.mark.parametrize("path", [BASE, f"{BASE}/resources", ASSIGNMENTS])
@pytest.mark.parametrize("status", [401, 403, 404])
def test_live_azure_reader_error_for_an_unreadable_subscription_recommends_az_login(
    arm: Arm, path: str, status: int
) -> None:
    arm.refuse(path, status)

    with pytest.raises(UnreadableSource, match=r"sign in with `az login`"):
        reading(arm)


def test_live_azure_reader_does_not_follow_a_next_link_to_another_host(arm: Arm) -> None:
    arm.page_size = 5
    with serving(other := Arm()) as elsewhere:
        arm.elsewhere = elsewhere
        with pytest.raises(UnreadableSource, match="another host, which is not contacted"):
            reading(arm)

    assert other.requested == []
    with pytest.raises(UnreadableSource, match="does not begin with https"):
        reading(arm, endpoint="http://management.example")


@pytest.mark.parametrize("subscription", ["", "mine", f"{SUBSCRIPTION}/../x"])
def test_live_azure_reader_refuses_an_invalid_subscription_or_group_without_a_request(
    arm: Arm, subscription: str
) -> None:
    with pytest.raises(UnreadableSource, match="not a valid subscription id"):
        live.read(subscription, Signed(), endpoint=arm.endpoint)
    with pytest.raises(UnreadableSource, match="not a valid resource group name"):
        reading(arm, resource_group="..")

    assert arm.requested == []


def test_live_azure_reader_ends_endless_paging_and_lists_it_as_unread(arm: Arm) -> None:
    path = f"{AUTHORIZATION}/denyAssignments"
    arm.put(path, [{}, {}])
    arm.page_size = 1
    page = arm.page
    arm.page = lambda path, query: page(path, {**query, "$skiptoken": "0"} if "deny" in path else query)

    assert any("form a loop" in each.what for each in reading(arm).unread)


def test_live_azure_reader_reads_roles_denies_and_credentials_outside_the_network_and_lists_unreadable_ones(
    arm: Arm,
) -> None:
    identity = next(row for row in arm.lists[f"{BASE}/resources".lower()] if "/userAssignedIdentities/" in row["id"])
    trusted = f"{identity['id']}/federatedIdentityCredentials"
    arm.put(trusted, [{"id": f"{trusted}/from-ci", "properties": {"issuer": "https://ci.example", "subject": "main"}}])
    own = {"roleName": "Own", "type": "CustomRole", "permissions": [{"actions": ["*/read"], "notActions": []}]}
    own_id = f"{AUTHORIZATION}/roleDefinitions/99999999-0000-4000-8000-000000000000"
    arm.lists[f"{AUTHORIZATION}/roleDefinitions".lower()].append(
        {"id": own_id, "name": own_id[-36:], "properties": own}
    )
    arm.lists[ASSIGNMENTS] += [
        given(1, BASE, roleDefinitionId=own_id),
        given(2, BASE, principalType="Group"),
        given(3, "/"),
    ]
    denied = {
        "denyAssignmentName": "locked",
        "permissions": [{"actions": ["*"], "notActions": ["*/read"], "dataActions": []}],
        "scope": BASE,
        "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}],
        "excludePrincipals": [{"id": STRANGER.format(1), "type": "ServicePrincipal"}],
        "doNotApplyToChildScopes": True,
    }
    deny_id = f"{AUTHORIZATION}/denyAssignments/1"
    arm.put(f"{AUTHORIZATION}/denyAssignments", [{"id": deny_id, "properties": denied}, {"id": deny_id + "2"}])

    graph = reading(arm, directory=None)

    credential = graph.resource(f"{trusted}/from-ci")
    assert credential is not None
    assert credential.properties["issuer"] == "https://ci.example"
    (mine,) = graph.assignments_of(STRANGER.format(1))
    assert mine.role is not None
    assert (mine.role.name, mine.role.permissions[0].actions) == ("Own", ("*/read",))
    assert [one.scope for one in graph.assignments_of(STRANGER.format(3))] == ["/"]
    (deny,) = graph.denies
    assert (deny.name, deny.excluded_principals, deny.does_not_apply_to_children) == (
        "locked",
        (STRANGER.format(1),),
        True,
    )
    assert {each.where for each in notes(graph)} == {f"group {STRANGER.format(2)}", deny_id + "2"}


def test_role_definition_in_live_azure_overrides_the_role_catalogue(arm: Arm) -> None:
    wide = definition(by_name("Storage Blob Data Reader"))
    wide["properties"]["permissions"][0]["dataActions"].append("Microsoft.Storage/*/delete")
    arm.put(f"{AUTHORIZATION}/roleDefinitions", [wide])

    roles = [one.role for one in reading(arm).assignments if one.role and one.role.name == "Storage Blob Data Reader"]

    assert roles
    assert all("Microsoft.Storage/*/delete" in role.permissions[0].data_actions for role in roles)


def test_live_azure_reader_of_one_resource_group_includes_inherited_role_assignments(
    arm: Arm, fabrikam: RunResult
) -> None:
    group = f"{BASE}/resourceGroups/fabrikam-agents-dev"
    for path, listed in list(arm.lists.items()):
        if path.startswith((f"{BASE}/providers/".lower(), f"{BASE}/resources".lower())):
            arm.put(path.replace(BASE.lower(), group.lower(), 1), listed)
            del arm.lists[path]

    graph = reading(arm, resource_group="fabrikam-agents-dev", like=local.read(printed(fabrikam)))

    assert granted_in(graph) == granted_in(local.read(printed(fabrikam)))


def test_every_resource_kind_except_registries_and_foundry_agents_is_in_the_network_schema() -> None:
    schema = json.loads((fabrikam_files.REPOSITORY / "network.schema.json").read_text())
    kinds = set(KINDS) - {"image-registry", *CALLED_KINDS}

    assert kinds == {name for name in kinds if f'"{name}"' in json.dumps(schema)}


def test_live_azure_reader_notes_types_that_are_not_read_and_kubernetes_objects_once_and_the_proof_still_holds(
    arm: Arm,
) -> None:
    before = reading(arm)
    kinds = ("sql/servers", "Cache/redis", "Network/virtualNetworks", "Insights/actionGroups", "Web/serverFarms")
    arm.lists[f"{BASE}/resources".lower()] += [
        {"id": f"{BASE}/resourceGroups/others/providers/Microsoft.{kind}/{number}", "type": f"Microsoft.{kind}"}
        for kind in kinds
        for number in range(2)
    ]

    after = reading(arm)

    clusters, types = ([each for each in after.unread if text in each.what] for text in ("Kubernetes", "types are not"))
    assert [each.what for each in before.unread if "types are not" in each.what] == []
    assert [each.what for each in clusters] == [each.what for each in before.unread]
    shown = "microsoft.cache/redis, microsoft.insights/actiongroups, microsoft.sql/servers"
    what = f"resources of 3 types are not read: keys, logins and access in their own settings ({shown})"
    assert [each.what for each in types] == [what]
    assert prove(after, network.declared()).failures == prove(before, network.declared()).failures
    assert {each.what for each in prove(after, network.declared()).ignored} >= {what}
