"""Tests of the comparison of built-in roles and of role assignment rows, with their exact texts."""

from access.azure.catalogue import Permission, Role, by_name
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.assignment_rows import AssignmentRow, assignment_rows
from access.questions.role_changes import RoleChange, compare, updated_roles
from tests.access.graphs import ACCOUNT, GROUP, UPLOADS, held

READ, KEYS = "Microsoft.Search/searchServices/read", "Microsoft.Storage/storageAccounts/listKeys/action"
ITEMS = "Microsoft.Search/searchServices/indexes/documents/read"
PLAIN = Role("1", "Reader of services", (Permission(actions=(READ,)),))


def role(name: str = PLAIN.name, *blocks: Permission, role_id: str = "1") -> Role:
    return Role(role_id, name, blocks or PLAIN.permissions)


def change(before: Role | None, now: Role | None) -> RoleChange:
    (found,) = compare([before] if before else [], [now] if now else [])
    return found


def lines(before: Role | None, now: Role | None) -> list[str]:
    return list(change(before, now).lines())


def test_comparison_of_built_in_roles_lists_added_and_removed_roles() -> None:
    reason = change(None, role("Keys", Permission(actions=(KEYS,)))).now_privileged

    assert lines(None, PLAIN) == ["+ 'Reader of services' (1)"]
    assert lines(PLAIN, None) == ["- 'Reader of services' (1)"]
    assert reason
    assert lines(None, role("Keys", Permission(actions=(KEYS,)))) == ["+ 'Keys' (1)", f"    now privileged: {reason}"]
    assert lines(role("Keys", Permission(actions=(KEYS,))), None) == ["- 'Keys' (1)"]


def test_comparison_of_built_in_roles_shows_former_name_and_changed_operations() -> None:
    wide = Permission(
        actions=(READ.upper(), "Microsoft.Search/operations/read"),
        not_actions=("Microsoft.Search/a/read",),
        data_actions=(ITEMS,),
        not_data_actions=("Microsoft.Search/b/read",),
    )
    conditional = Permission(actions=(READ,), condition="  @Resource[a]\n  StringEquals  'b' ")

    assert lines(PLAIN, role("Search reader", wide)) == [
        "~ 'Search reader', formerly 'Reader of services' (1)",
        "    + action Microsoft.Search/operations/read",
        f"    + data action {ITEMS}",
        "    + not action Microsoft.Search/a/read",
        "    + not data action Microsoft.Search/b/read",
    ]
    assert lines(PLAIN, role(PLAIN.name, conditional)) == [
        "~ 'Reader of services' (1)",
        f"    + action {READ}, where @Resource[a] StringEquals 'b'",
        f"    - action {READ}",
    ]
    assert lines(PLAIN, role("Search reader")) == ["~ 'Search reader', formerly 'Reader of services' (1)"]


def test_built_in_role_with_differently_grouped_permissions_counts_as_changed() -> None:
    together, apart = Permission(actions=(READ, KEYS)), (Permission(actions=(READ,)), Permission(actions=(KEYS,)))

    assert lines(role("Both", together), role("Both", *apart)) == [
        "~ 'Both' (1)",
        "    its permissions are grouped differently",
    ]
    assert compare([role("Both", together)], [role("Both", Permission(actions=(KEYS, READ)))]) == []


def test_comparison_of_built_in_roles_lists_newly_privileged_roles_first_and_others_by_name() -> None:
    keys = Permission(actions=(READ, KEYS))
    before = [role("b"), role("A", role_id="2"), role("z", role_id="3"), role("k", keys, role_id="4")]
    now = [
        role("b2"),
        role("a2", role_id="2"),
        role("z", keys, role_id="3"),
        role("k2", keys, role_id="4"),
        role("c", role_id="5"),
    ]
    found = compare(before, now)

    assert [(one.sign, one.role.name, bool(one.now_privileged)) for one in found] == [
        ("~", "z", True),
        ("~", "a2", False),
        ("~", "b2", False),
        ("+", "c", False),
        ("~", "k2", False),
    ]


def test_updated_role_catalogue_keeps_former_names_unless_another_role_has_them() -> None:
    old = Role("1", "Second name", PLAIN.permissions, former_names=("First name", "Taken"))
    same, renamed, taken = role("Second name"), role("Third name"), role("taken", role_id="2")
    reordered = Permission(actions=(KEYS, READ))
    packed = role("Both", Permission(actions=(READ, KEYS)), role_id="3")

    assert [one.former_names for one in updated_roles([old], [same, taken])] == [("First name",), ()]
    assert [one.former_names for one in updated_roles([old], [renamed])] == [("First name", "Taken", "Second name")]
    assert updated_roles([packed], [role("Both", reordered, role_id="3")]) == [packed]
    changed = role("Both", Permission(actions=(KEYS,)), role_id="3")
    assert updated_roles([packed], [changed]) == [changed]


def test_role_assignment_rows_of_a_graph_use_the_names_of_network_yaml() -> None:
    role_id = f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions/0f"
    graph = Graph(
        principals=[
            Principal(id="a", name="net-a", agent="a", other_agents=("b",)),
            Principal(id="person", name="Ada", purpose="other"),
            Principal(id="gone", name="gone", purpose="other", exists=False),
        ],
        resources=[
            Resource(id=UPLOADS, name="uploads", kind="blob-container"),
            Resource(id=ACCOUNT, name="acc", kind="", declared=False),
        ],
        assignments=[
            held("Storage Blob Data Reader", f"{UPLOADS}/blobs/part", id="1", principal="a", condition="c"),
            held("Reader", UPLOADS, id="2", principal="person"),
            held(None, GROUP, id="3", principal="gone", role_id=role_id),
            held("Reader", "/", id="4", principal="unknown"),
        ],
    )
    reader = by_name("Storage Blob Data Reader").name
    part = f"{UPLOADS}/blobs/part"

    assert assignment_rows(graph) == [
        AssignmentRow("Ada", "uploads", "Reader", "Reader", UPLOADS),
        AssignmentRow("a", "uploads", "read", reader, part, "c"),
        AssignmentRow("b", "uploads", "read", reader, part, "c"),
        AssignmentRow("nobody (gone)", "resourcegroups rg", "0f", "0f", GROUP),
        AssignmentRow("nobody (unknown)", "/", "Reader", "Reader", "/"),
    ]


def test_role_assignment_rows_include_an_assignment_of_an_unknown_principal() -> None:
    one: Assignment = held("Reader", f"{GROUP}/", principal="p")

    assert [row.resource for row in assignment_rows(Graph(principals=[], resources=[], assignments=[one]))] == [
        "resourcegroups rg"
    ]
