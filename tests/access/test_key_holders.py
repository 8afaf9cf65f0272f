"""Tests of control-plane operations that a service performs itself, and so for everyone with its keys."""

import pytest

from access.azure.catalogue import Permission
from access.evaluate.decisions import decide, effective_access
from access.model.graph import Assignment, Graph
from access.questions.blast_radius import blast_radius
from access.questions.proof import prove
from tests.access import fabrikam
from tests.access.graphs import GROUP, custom, held, resource

REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
OF_REGISTRY = "Microsoft.ContainerRegistry/registries"
PULL, PUSH, CONTENT = (f"{OF_REGISTRY}/{name}" for name in ("pull/read", "push/write", "repositories/content/write"))
# Per service: an operation that returns keys, one that the service performs, and one of Resource Manager alone.
SERVICES = [
    ("Microsoft.ContainerRegistry/registries", "listCredentials/action", "artifacts/delete", "tasks/write"),
    ("Microsoft.Storage/storageAccounts", "listkeys/action", "blobServices/containers/write", "failover/action"),
    ("Microsoft.Storage/storageAccounts", "listkeys/action", "listAccountSas/action", "localUsers/write"),
    ("Microsoft.Search/searchServices", "listAdminKeys/action", "indexes/write", "privateEndpointConnections/write"),
    ("Microsoft.DocumentDB/databaseAccounts", "listKeys/action", "sqlDatabases/write", "sqlRoleAssignments/write"),
    ("Microsoft.ServiceBus/namespaces", "authorizationRules/listkeys/action", "queues/write", "networkrulesets/write"),
    ("Microsoft.EventHub/namespaces", "authorizationRules/listkeys/action", "eventhubs/delete", "failover/action"),
    ("Microsoft.AppConfiguration/configurationStores", "ListKeys/action", "keyValues/write", "replicas/write"),
    ("Microsoft.KeyVault/vaults", "accessPolicies/write", "secrets/write", "deploy/action"),
    ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "listkeys/action", "score/action", "delete"),
    ("Microsoft.Batch/batchAccounts", "listkeys/action", "pools/write", "applications/write"),
    ("Microsoft.Insights/components", "ApiKeys/Action", "Query/Read", "Purge/Action"),
    ("Microsoft.CognitiveServices/accounts", "listKeys/action", "", "deployments/write"),
    ("Microsoft.OperationalInsights/workspaces", "sharedKeys/action", "", "query/read"),
    # No row in the table: everything inside, perhaps.
    ("Microsoft.Relay/namespaces", "authorizationRules/listkeys/action", "HybridConnections/write", "write"),
    ("Microsoft.NotificationHubs/namespaces", "authorizationRules/listkeys/action", "NotificationHubs/write", "delete"),
    ("Microsoft.EventGrid/topics", "listKeys/action", "eventSubscriptions/write", "privateEndpointConnections/write"),
    ("Microsoft.Cache/redis", "listKeys/action", "export/action", "privateEndpointConnections/write"),
]


def graph_with(kind: str, *operations: str, works: bool | None) -> tuple[Graph, str]:
    """Return a graph with one account and a role with operations on the control plane, and the account's id."""
    provider, *types = kind.split("/")
    where = f"{GROUP}/providers/{provider}/" + "/".join(f"{each}/one" for each in types)
    role = custom(Permission(actions=tuple(f"{kind}/{name}" for name in operations)))
    return Graph(resources=[resource(where, local_auth=works)], assignments=[held(role, GROUP)]), where


def outcome(graph: Graph, where: str, operation: str) -> str:
    return decide(graph, "p", where, operation, data=False).decision.value


@pytest.mark.parametrize(("kind", "key", "performed", "managed"), SERVICES)
def test_keys_of_a_service_give_the_control_plane_operations_that_the_service_performs_and_no_others(
    kind: str, key: str, performed: str, managed: str
) -> None:
    outcomes: set[str] = set()
    for works in (True, None):
        graph, where = graph_with(kind, key, works=works)
        assert outcome(graph, where, f"{kind}/{managed}") == "denied"
        if performed:
            access = effective_access(graph, "p", where)
            outcomes.add(outcome(graph, where, f"{kind}/{performed}"))
            by_keys = access.control_via_keys | access.control_perhaps_via_keys
            assert f"{kind}/{performed}".lower() in {name.lower() for name in by_keys}
    nothing, where = graph_with(kind, "read", works=True)

    assert outcomes <= {"allowed", "conditional"}
    assert "conditional" in outcomes or not performed
    assert not performed or outcome(nothing, where, f"{kind}/{performed}") == "denied"


@pytest.mark.parametrize("operation", [PULL, PUSH, f"{OF_REGISTRY}/artifacts/delete"])
@pytest.mark.parametrize(
    ("rights", "works", "expected"),
    [
        (("listCredentials/action",), True, "allowed"),
        (("regenerateCredential/action",), True, "allowed"),
        (("listCredentials/action",), None, "conditional"),
        (("listCredentials/action",), False, "denied"),
        (("listCredentials/action", "write"), False, "conditional"),
        # The writer of a registry turns on anonymous pull, or the admin user with passwords that are known already.
        (("write",), False, "conditional"),
        (("generateCredentials/action",), False, "conditional"),
        (("tokens/write",), False, "conditional"),
        (("tasks/write",), False, "conditional"),
        (("scheduleRun/action",), False, "conditional"),
        (("read",), True, "denied"),
    ],
)
def test_right_to_get_or_make_credentials_of_a_registry_gives_access_to_push_and_pull(
    rights: tuple[str, ...], *, works: bool | None, expected: str, operation: str
) -> None:
    graph, where = graph_with(OF_REGISTRY, *rights, works=works)

    assert outcome(graph, where, operation) == expected


@pytest.mark.parametrize(
    ("right", "reads", "writes"),
    [("importImage/action", "denied", "conditional"), ("exportPipelines/write", "conditional", "denied")],
)
def test_right_to_import_or_export_images_of_a_registry_gives_conditional_access_to_push_or_to_pull(
    right: str, reads: str, writes: str
) -> None:
    graph, where = graph_with(OF_REGISTRY, right, works=False)

    assert (outcome(graph, where, PULL), outcome(graph, where, PUSH)) == (reads, writes)
    assert decide(graph, "p", where, CONTENT, data=True).decision == writes


def test_agent_with_a_right_to_write_a_registry_fails_the_proof_and_perhaps_pushes_images_of_other_agents() -> None:
    graph, declared = fabrikam.graph(), fabrikam.declared()
    analysis = next(one for one in graph.principals if one.agent == "analysis" and one.purpose == "own")
    registry = next(one for one in graph.resources if one.kind == "image-registry")
    role = custom(Permission(actions=(f"{OF_REGISTRY}/write",)))
    given = Assignment(
        id="x", name="x", principal=analysis.id, scope=registry.id, role=role, role_id=role.id, system="azure"
    )
    changed = fabrikam.changed(graph, [*graph.assignments, given])

    failures = " ".join(one.what for one in prove(changed, declared).failures)
    assert "analysis may" in failures
    assert "turn on its admin user" in failures
    becomes = {one.agent: one for one in blast_radius(changed, "analysis").becomes}
    assert "report" in becomes
    assert becomes["report"].conditional
    assert "push an image to" in becomes["report"].how
    assert prove(graph, declared).holds
