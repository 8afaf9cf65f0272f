"""Tests of the table of Azure resource types: every registered type has a row, and each row is true."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from access.azure.planes import every, relevant_to
from access.azure.roles import by_name
from access.azure.types import BY_ARM_TYPE, BY_TOKEN, TYPES, of_kind
from access.azure.types.kubernetes import OBJECTS
from access.azure.types.row import WITHIN, ArmType, KeySwitch
from access.azure.verbs import CALLED
from access.evaluate.role_operations import identifying_operations, operations_of_role
from access.model.declared import Declared, DeclaredAccess, DeclaredAgent, DeclaredResource
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.proof import prove
from components.resources.kinds import KINDS
from localazure.services import catalogue
from manifest.kinds import KINDS as DECLARABLE
from tests.components.recorder import Registered, identity_of
from tests.contracts import networks

# Not of Azure: a provider, what a program is made of, and objects of Entra ID.
NO_ROW = ("pulumi:", "agent-network:", "azuread:")
GRANTED = sorted({row.kind for row in TYPES if row.kind})

every_kind = pytest.mark.parametrize("kind", sorted(KINDS))
every_granted = pytest.mark.parametrize(
    ("row", "verb"),
    [
        pytest.param(row, verb, id=f"{row.kind}-{verb}")
        for row in TYPES
        for verb in {each.verb: 0 for each in row.verbs}
    ],
)
every_type = pytest.mark.parametrize("row", TYPES, ids=lambda row: row.arm_type)


def registered() -> Iterator[Registered]:
    for kind in KINDS:
        yield from networks.of_kind(kind).resources
        yield from networks.of_kind(kind, existing=True).resources
    yield from networks.of_hosts().resources


def test_every_azure_type_registered_by_the_components_has_a_row_in_the_type_table() -> None:
    rows = {*BY_TOKEN, *(one.token for one in OBJECTS)}

    missing = {one.type for one in registered() if not one.type.startswith(NO_ROW)} - rows
    assert missing == set(), "add a row to the provider's module in access/azure/types"


def test_every_azure_type_created_by_the_components_states_the_operations_the_deployer_needs() -> None:
    created = {one.type for one in registered() if one.custom and one.read is None}
    # Permissions of Microsoft Graph, and none of Azure, create objects of Entra ID.
    created = {token for token in created if not token.startswith("azuread:")}
    rows = {token: BY_TOKEN[token] for token in created & set(BY_TOKEN)}
    without = {token for token, row in rows.items() if not row.deployer_operations and not row.deployer_data}

    assert without == set(), "write what deploying it takes in `deployer` of its row"


def test_rows_of_the_type_table_have_unique_types_tokens_and_kinds() -> None:
    kinds = Counter(row.kind for row in TYPES if row.kind and row.kind != CALLED)

    assert len(BY_ARM_TYPE) == len(TYPES)
    assert len(BY_TOKEN) == len([row for row in TYPES if row.token])
    assert {kind for kind, count in kinds.items() if count > 1} == set()


def test_type_table_and_manifest_have_the_same_verbs_for_each_resource_kind() -> None:
    of_rows = {kind: {each.verb for row in of_kind(kind) for each in row.verbs} for kind in KINDS}

    assert of_rows == {kind: set(entry.verbs) for kind, entry in DECLARABLE.items()}


@every_kind
def test_azure_type_of_a_resource_kind_is_the_type_its_component_assigns_roles_at(kind: str) -> None:
    """Live Azure returns only the type of a resource, from which its kind is derived."""
    (row,) = of_kind(kind)
    recorded = networks.of_kind(kind)
    scope = (networks.component(recorded, KINDS[kind]).outputs or {})["scope"]

    if row.named_only is None:
        assert scope == identity_of(row.token, scope.rpartition("/")[2])
        return
    holder, inside = scope.split("/")[:4], scope.split("/")[4:]
    assert "/".join(holder) == identity_of(row.named_only.holder, holder[-1])
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", row.named_only.path), "/" + "/".join(inside))


@every_kind
def test_type_row_of_a_kind_inside_an_account_states_that_its_roles_are_not_assigned_at_the_account(kind: str) -> None:
    """Otherwise, a role assigned at the whole account would not be reported as a wide grant."""
    (row,) = of_kind(kind)

    assert row.granted_by_itself is (KINDS[kind].PARENT is not None)


@every_kind
def test_child_type_to_which_roles_of_a_resource_kind_are_assigned_is_marked_as_part_of_its_parent(kind: str) -> None:
    (row,) = of_kind(kind)
    tokens = {one.type for one in networks.of_kind(kind).resources if one.type in BY_TOKEN}
    inside = [BY_TOKEN[token] for token in tokens if BY_TOKEN[token].path.startswith(f"{row.path}/")]

    scopes = [one.inputs.get("scope", "") for one in networks.of_kind(kind).resources if "-may-" in one.name]
    granted_inside = [each for each in inside if any(f"/{each.token}/" in scope for scope in scopes)]
    assert [each.arm_type for each in granted_inside if not each.belongs_to_parent] == []


@every_kind
def test_service_type_between_an_account_and_its_container_is_marked_as_a_part_of_the_account(kind: str) -> None:
    (row,) = of_kind(kind)
    found = re.match(r"(.*/\w+Services)/default/", row.path)

    if found:
        services = [each for each in TYPES if re.fullmatch(re.escape(found[1]) + r"/\{\w+\}", each.path)]
        assert [each.belongs_to_parent for each in services] == [True]


@every_type
def test_type_row_with_a_key_switch_states_how_to_list_the_type_in_live_azure(row: ArmType) -> None:
    """Otherwise, a subscription is read without knowing if access keys are enabled."""
    if isinstance(row.keys, KeySwitch):
        assert row.listed is not None
        assert not row.listed.within


@every_type
def test_type_whose_keys_belong_to_its_parent_is_inside_a_type_with_a_key_switch(row: ArmType) -> None:
    if row.keys is WITHIN:
        around = [each for each in TYPES if row.path.startswith(f"{each.path}/")]
        assert any(isinstance(each.keys, KeySwitch) for each in around)


@every_type
def test_resource_id_pattern_of_a_type_row_equals_local_azures_pattern(row: ArmType) -> None:
    for service in catalogue():
        if service.token == row.token and row.token.startswith("azure-native:"):
            path = "/" + service.path.lstrip("/").replace("{subscriptionId}", "{subscription}")
            assert row.path.lower() == re.sub(r"^/(?=\{)", "", path).lower()


@every_type
def test_sources_in_the_type_table_cite_microsoft_learn_with_a_date(row: ArmType) -> None:
    sources = [each.source for each in row.verbs]
    sources += [row.keys.source] if isinstance(row.keys, KeySwitch) else []

    assert [source for source in sources if "Microsoft Learn, 20" not in source] == []


@every_granted
def test_operations_of_each_verb_are_among_the_evaluated_operations_of_its_type(row: ArmType, verb: str) -> None:
    """An operation outside the list is never evaluated, so no proof would cover it."""
    assert row.kind is not None
    for each in row.verbs:
        if each.verb == verb:
            assert operations_of_role(by_name(each.role), row.key), each.role
    assert identifying_operations(row.kind, verb, row.key)
    data = {name for name in relevant_to(row.key, data=True) if name in every(data=True)}
    assert verb == "pull" or identifying_operations(row.kind, verb, row.key) <= data


def _network(row: ArmType, role: str, *declared: DeclaredAccess) -> tuple[Graph, Declared]:
    """Return a graph in which one agent has a role at one resource of a kind, and the declared access."""
    values = {part: f"the-{part.lower()}" for part in row.parts} | {"subscription": "0000"}
    scope = row.path.format(**values)
    kind = row.kind or ""
    found = by_name(role)
    graph = Graph(
        principals=[Principal(id="p", name="worker", agent="worker")],
        resources=[Resource(id=scope, name="thing", kind=kind, local_auth=False, declared=True)],
        assignments=[
            Assignment(
                id="a",
                name="",
                principal="p",
                scope=scope,
                role=found,
                role_id=found.id,
                condition=None,
                system=found.system,
            )
        ],
    )
    resources = {"thing": DeclaredResource(name="thing", kind=kind)}
    agents = {"worker": DeclaredAgent(name="worker", host="container-apps", access=declared)}
    return graph, Declared(network="contoso", stack="dev", resources=resources, agents=agents)


@every_kind
def test_access_proof_fails_for_an_undeclared_role_of_each_verb_and_holds_if_declared(kind: str) -> None:
    (row,) = of_kind(kind)
    for each in row.verbs:
        undeclared = prove(*_network(row, each.role))
        assert [(one.agent, one.resource, one.grows) for one in undeclared.failures] == [("worker", "thing", True)]
        declared = prove(*_network(row, each.role, DeclaredAccess(resource="thing", verb=each.verb)))
        assert declared.holds, declared.failures
