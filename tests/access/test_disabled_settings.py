"""Tests that a setting which is turned off does not protect data from those who may turn it on."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from access.azure.catalogue import Permission, by_name
from access.azure.key_access import local_auth
from access.azure.types import BY_ARM_TYPE
from access.azure.types.row import KeySwitch
from access.evaluate.anonymous_access import anonymous_access
from access.evaluate.decisions import all_access, decide, effective_access
from access.evaluate.relevance import relevant_operations
from access.model.graph import Assignment, Graph, Resource
from access.questions.blast_radius import blast_radius
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.questions.why import why
from access.reports import text
from access.reports.access_rows import access_rows
from access.reports.terminal import Style
from tests.access import fabrikam
from tests.access.graphs import ACCOUNT, GROUP, READ, UPLOADS, WRITE, custom, graph_of, held, resource

REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault"
SECRET = f"{VAULT}/secrets/payroll"
READS = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
NAMESPACE = f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/bus"
RULE = f"{NAMESPACE}/authorizationRules/RootManageSharedAccessKey"
SEND = "Microsoft.ServiceBus/namespaces/messages/send/action"
# One account of each type whose keys a setting turns off, with an operation that returns them.
KEYS = {
    "Microsoft.Storage/storageAccounts": "listkeys/action",
    "Microsoft.DocumentDB/databaseAccounts": "listKeys/action",
    "Microsoft.CognitiveServices/accounts": "listKeys/action",
    "Microsoft.Search/searchServices": "listAdminKeys/action",
    "Microsoft.AppConfiguration/configurationStores": "ListKeys/action",
    "Microsoft.ServiceBus/namespaces": "authorizationRules/listkeys/action",
    "Microsoft.EventHub/namespaces": "authorizationRules/listkeys/action",
    "Microsoft.ContainerRegistry/registries": "listCredentials/action",
    "Microsoft.ContainerService/managedClusters": "listClusterAdminCredential/action",
    "Microsoft.KeyVault/vaults": "accessPolicies/write",
}


def actions(*operations: str, at: str, principal: str = "p") -> Assignment:
    return held(custom(Permission(actions=operations)), at, id=f"{operations} at {at}", principal=principal)


def outcome(graph: Graph, scope: str, operation: str) -> str:
    return decide(graph, "p", scope, operation, data=True).decision.value


def data_operations(account: Resource) -> Iterable[str]:
    return relevant_operations(account, data=True)


def test_every_resource_type_with_a_key_access_setting_has_a_test_case() -> None:
    switched = {row.key for row in BY_ARM_TYPE.values() if isinstance(row.keys, KeySwitch)}

    assert switched <= {kind.lower() for kind in KEYS}


@pytest.mark.parametrize("kind", KEYS)
def test_right_to_turn_access_keys_on_and_to_list_them_gives_conditional_access_to_the_data(kind: str) -> None:
    account = resource(f"{GROUP}/providers/{kind}/one", local_auth=False)
    turn_on = (f"{kind}/write", *(["Microsoft.Authorization/roleAssignments/write"] if "KeyVault" in kind else []))
    both = Graph(resources=[account], assignments=[actions(*turn_on, f"{kind}/{KEYS[kind]}", at=GROUP)])
    alone = [(f"{kind}/{KEYS[kind]}",), *(() if "KeyVault" in kind else ((f"{kind}/write",),))]

    first = next(iter(data_operations(account)))
    answer = decide(both, "p", account.id, first, data=True)
    assert answer.decision.value == "conditional"
    assert "may turn on" in answer.because
    assert "may then" in answer.because
    assert set(effective_access(both, "p", account.id).data_conditional) == set(data_operations(account))
    for operations in alone:
        graph = Graph(resources=[account], assignments=[actions(*operations, at=GROUP)])
        found = effective_access(graph, "p", account.id)
        ways = [way for way in found.detours if "keys" in way or "policies" in way]
        assert ways == [], operations
    works = Graph(resources=[replace(account, local_auth=True)], assignments=both.assignments)
    assert outcome(works, account.id, first) in {"allowed", "conditional"}


def test_rights_of_two_roles_to_turn_on_and_list_keys_give_conditional_access_that_names_both_roles() -> None:
    write = actions("Microsoft.Storage/storageAccounts/write", at=GROUP)
    keys = actions("Microsoft.Storage/storageAccounts/listkeys/action", at=ACCOUNT)
    answer = decide(graph_of(write, keys, local_auth=False), "p", UPLOADS, WRITE)

    assert answer.decision.value == "conditional"
    assert set(answer.by) == {write, keys}
    assert answer.because == (
        "role 'Custom' on resource group 'rg' may turn on access keys of 'acc' (allowSharedKeyAccess);"
        " role 'Custom' on 'acc' may then read the keys of 'acc'"
    )


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        ("write", "make itself an administrator of 'one' (adminGroupObjectIDs)"),
        ("runCommand/action", "run commands as an administrator of 'one'"),
    ],
)
def test_right_to_administer_an_aks_cluster_gives_conditional_access_to_its_pods(operation: str, way: str) -> None:
    cluster = resource(f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/one", local_auth=False)
    given = actions(f"Microsoft.ContainerService/managedClusters/{operation}", at=GROUP)
    graph = Graph(resources=[cluster], assignments=[given])

    assert outcome(graph, cluster.id, "Microsoft.ContainerService/managedClusters/pods/write") == "conditional"
    assert way in effective_access(graph, "p", cluster.id).detours


def test_contributor_at_a_blob_container_cannot_turn_on_the_keys_of_its_storage_account() -> None:
    graph = graph_of(held("Contributor", UPLOADS), local_auth=False)

    assert outcome(graph, UPLOADS, READ) == "denied"


@pytest.mark.parametrize(
    ("operations", "public", "level", "expected"),
    [
        (("storageAccounts/write", "storageAccounts/blobServices/containers/write"), False, "None", "conditional"),
        (("storageAccounts/blobServices/containers/write",), True, "None", "conditional"),
        (("storageAccounts/blobServices/containers/write",), False, "None", "denied"),
        (("storageAccounts/write",), False, "None", "denied"),
        # A container keeps its level of public access while the account forbids it.
        (("storageAccounts/write",), False, "Blob", "conditional"),
        (("storageAccounts/write",), False, None, "conditional"),
        (("storageAccounts/blobServices/containers/write",), False, "Blob", "denied"),
    ],
)
def test_right_to_make_a_blob_container_public_gives_conditional_access_to_read_its_blobs(
    operations: tuple[str, ...], *, public: bool, level: str | None, expected: str
) -> None:
    account = resource(ACCOUNT, local_auth=False, properties={"allowBlobPublicAccess": public})
    container = resource(UPLOADS, properties={"publicAccess": level} if level else {})
    given = actions(*(f"Microsoft.Storage/{name}" for name in operations), at=ACCOUNT)
    graph = Graph(resources=[account, container], assignments=[given])

    assert (outcome(graph, UPLOADS, READ), outcome(graph, UPLOADS, WRITE)) == (expected, "denied")


def test_right_to_create_registry_tokens_gives_conditional_access_to_push_with_the_admin_user_off() -> None:
    role = "Container Registry Contributor and Data Access Configuration Administrator"
    registry = resource(REGISTRY, local_auth=False)
    graph = Graph(resources=[registry], assignments=[held(role, REGISTRY)])
    push = "Microsoft.ContainerRegistry/registries/repositories/content/write"

    assert outcome(graph, REGISTRY, push) == "conditional"
    assert "make a token of 'images' with a password" in effective_access(graph, "p", REGISTRY).detours


def test_reader_of_a_cosmos_account_may_read_its_items_only_if_key_access_is_on() -> None:
    account = f"{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/cos"
    items = f"{account}/sqlDatabases/main/containers/items"
    operation = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/{}"
    for works, expected in ((True, "allowed"), (False, "denied")):
        resources = [resource(account, local_auth=works), resource(items)]
        graph = Graph(resources=resources, assignments=[held("Reader", account)])
        assert outcome(graph, items, operation.format("read")) == expected
        assert outcome(graph, items, operation.format("create")) == "denied"


@pytest.mark.parametrize(
    ("role", "works", "expected"),
    [
        ("Key Vault Contributor", True, "conditional"),
        ("Key Vault Contributor", False, "denied"),
        ("Owner", False, "conditional"),
        ("Contributor", False, "denied"),
    ],
)
def test_key_vault_contributor_reads_secrets_only_conditionally_and_under_rbac_needs_to_write_role_assignments(
    role: str, *, works: bool, expected: str
) -> None:
    resources = [resource(VAULT, local_auth=works), resource(SECRET)]
    graph = Graph(resources=resources, assignments=[held(role, GROUP)])

    assert outcome(graph, SECRET, READS) == expected


def test_right_to_list_keys_of_a_service_bus_rule_gives_access_to_the_queues_of_its_namespace_if_keys_are_on() -> None:
    queue = f"{NAMESPACE}/queues/done"
    for rule, expected in ((RULE, "allowed"), (f"{NAMESPACE}/authorizationRules/listen-only", "conditional")):
        resources = [resource(NAMESPACE, local_auth=True), resource(queue)]
        graph = Graph(resources=resources, assignments=[held("Contributor", rule)])
        found = {where: access for _, where, access in all_access(graph)}
        assert outcome(graph, queue, SEND) == expected
        assert SEND in found[queue].data_allowed | found[queue].data_conditional
    off = Graph(resources=[resource(NAMESPACE, local_auth=False), resource(queue)], assignments=graph.assignments)
    assert outcome(off, queue, SEND) == "denied"


@pytest.mark.parametrize(
    ("namespace", "child", "operation"),
    [
        ("Microsoft.ServiceBus/namespaces", "queues", SEND),
        ("Microsoft.ServiceBus/namespaces", "topics", SEND),
        ("Microsoft.EventHub/namespaces", "eventhubs", "Microsoft.EventHub/namespaces/messages/send/action"),
    ],
)
def test_right_to_list_keys_of_a_queue_and_to_turn_keys_on_at_its_namespace_gives_conditional_access(
    namespace: str, child: str, operation: str
) -> None:
    account = f"{GROUP}/providers/{namespace}/bus"
    inside = f"{account}/{child}/done"
    lists = actions(f"{namespace}/{child}/authorizationRules/listkeys/action", at=account)
    resources = [resource(account, local_auth=False), resource(inside, local_auth=False)]

    found = [
        outcome(Graph(resources=resources, assignments=[lists, *more]), inside, operation)
        for more in ([], [actions(f"{namespace}/write", at=account)])
    ]

    assert found == ["denied", "conditional"]


@pytest.mark.parametrize(("refused", "expected"), [(False, "allowed"), (True, "denied")])
def test_blobs_of_a_public_container_are_readable_by_every_principal_and_fail_the_proof(
    *, refused: bool, expected: str
) -> None:
    graph, declared = fabrikam.graph(), fabrikam.declared()
    container = next(one for one in graph.resources if one.name == "reports")
    account = container.id.partition("/blobServices/")[0]
    opened = {
        container.id: {"publicAccess": "Blob"},
        account: {"allowBlobPublicAccess": not refused},
    }
    resources = [
        replace(one, properties={**one.properties, **opened[one.id]}) if one.id in opened else one
        for one in graph.resources
    ]
    changed = fabrikam.changed(graph, resources=resources)
    ingestion = next(one for one in graph.principals if one.agent == "ingestion" and one.purpose == "own")

    answers = [decide(changed, ingestion.id, container.id, operation).decision.value for operation in (READ, WRITE)]

    assert answers == [expected, "denied"]
    assert prove(changed, declared).holds is refused
    assert not prove(graph, declared).failures


@pytest.mark.parametrize(("given", "expected"), [("True", True), ("false", False), ("perhaps", None), (True, True)])
def test_setting_of_storage_keys_and_of_public_access_counts_as_a_boolean_where_it_is_a_text(
    *, given: object, expected: bool | None
) -> None:
    account = resource(ACCOUNT, properties={"allowBlobPublicAccess": given})

    assert local_auth("Microsoft.Storage/storageAccounts", {"allowSharedKeyAccess": given}) is expected
    assert (anonymous_access(Graph(resources=[account]), account) is not None) == (expected is True)


def test_proof_why_and_blast_radius_name_turning_keys_on_and_reading_them_as_steps_to_the_data() -> None:
    graph, declared = fabrikam.graph(), fabrikam.declared()
    reports = next(one for one in graph.assignments if one.name == "report-may-write-reports")
    account = reports.scope.partition("/blobServices/")[0]
    role = by_name("Storage Account Contributor")
    wide = replace(reports, id="wide", scope=account, role=role, role_id=role.id, condition=None)
    analysis = next(one for one in graph.principals if one.agent == "analysis" and one.purpose == "own")
    given = replace(wide, principal=analysis.id)
    changed = fabrikam.changed(graph, [*graph.assignments, given])
    name = account.rpartition("/")[2]
    steps = f"turn on access keys of {name!r} (allowSharedKeyAccess) and then read the keys of {name!r}"

    failures = [one.what for one in prove(changed, declared).failures]
    assert any(steps in what for what in failures), failures
    answers = why(changed, declared, "analysis", "reports", READ)
    assert "may turn on access keys" in answers[0].answer.because
    blast = blast_radius(changed, "analysis")
    assert "read" in blast.operations["reports"]
    assert any(steps in how for how in blast.held["reports"].detours)
    note = f"reaches the data of reports after further steps: it may {steps}"
    assert note in blast.notes
    style = Style(coloured=False)
    rows = access_rows(AccessMatrix(changed), declared)
    for shown in (
        text.matrix(rows, ["analysis"], ["reports"], [], style),
        text.blast("analysis", blast.document(), style),
    ):
        assert note in " ".join(shown.split())
