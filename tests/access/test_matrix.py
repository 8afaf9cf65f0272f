"""The access matrix: its agents, its resources and the labels of its entries."""

from access.azure.catalogue import Permission
from access.evaluate.decisions import EffectiveAccess
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.held_access import held_access_by_name
from access.questions.matrix import AccessMatrix, shared_identity_sentence
from tests.access.graphs import ACCOUNT, GROUP, REPORTS, SUBSCRIPTION, TAGGED, UPLOADS, custom, held

READER, OWNER = "Storage Blob Data Reader", "Storage Blob Data Owner"
TOOL = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/x/projects/y/applications/helper"


def gives(who: str, scope: str, role: str | None, **more: str) -> Assignment:
    return held(role, scope, id=f"{who} {role} {scope} {more}", principal=who, **more)


def matrix_of(*assignments: Assignment) -> AccessMatrix:
    return AccessMatrix(
        Graph(
            principals=[
                Principal(id="one", name="net-one", agent="one", other_agents=("twin",)),
                Principal(id="two", name="net-two", agent="two"),
                Principal(id="ada", name="Ada", purpose="other"),
            ],
            resources=[
                Resource(id=UPLOADS, name="uploads", kind="blob-container"),
                Resource(id=REPORTS, name="acc", kind="blob-container"),
                Resource(id=TOOL, name="helper", kind="foundry-agent"),
                Resource(id=ACCOUNT, name="acc", kind="Microsoft.Storage/storageAccounts", declared=False),
            ],
            assignments=assignments,
        )
    )


def test_access_matrix_lists_declared_resources_first_and_others_only_if_somebody_has_access() -> None:
    assert matrix_of().resources == ("acc", "uploads")
    assert matrix_of(gives("ada", ACCOUNT, "Reader")).resources == ("acc", "uploads", "acc (storageAccounts)")
    assert matrix_of(gives("one", TOOL, "Foundry User")).resources == ("acc", "helper", "uploads")
    assert matrix_of().agents == ("one", "twin", "two")


def test_access_matrix_gives_each_agent_of_a_shared_identity_the_same_entry() -> None:
    found = matrix_of(gives("one", UPLOADS, READER), gives("ada", UPLOADS, OWNER), gives("gone", UPLOADS, READER))

    assert {who for who, _ in found.entries} == {"one", "twin", "Ada", "gone"}
    assert found.entries["one", "uploads"].operations == found.entries["twin", "uploads"].operations
    assert found.entries["one", "uploads"].operations < found.entries["Ada", "uploads"].operations
    assert shared_identity_sentence(("a", "b", "c")).startswith("a, b and c act as one identity")


def test_access_matrix_labels_are_verbs_or_role_names_with_a_star_under_a_condition() -> None:
    given = (
        gives("two", UPLOADS, READER),
        gives("two", UPLOADS, READER, condition=TAGGED),
        gives("two", UPLOADS, OWNER),
        gives("two", SUBSCRIPTION, READER),
        gives("two", GROUP, None, role_id="0f"),
    )
    found = matrix_of(*given)

    assert found.verbs(found.entries["two", "uploads"]) == [
        "Storage Blob Data Owner",
        "Storage Blob Data Reader",
        "read",
        "read*",
        "role 0f",
    ]
    assert len(list(found.assignments(found.entries["two", "uploads"]))) == len(given)


def test_access_matrix_entry_lists_operations_under_a_condition_as_conditional_and_not_as_allowed() -> None:
    found = matrix_of(gives("two", UPLOADS, READER, condition=TAGGED), gives("two", UPLOADS, "Reader"))
    entry = found.entries["two", "uploads"]

    assert entry.allowed
    assert entry.conditional
    assert not entry.allowed & entry.conditional
    assert entry.operations == entry.allowed | entry.conditional


def test_held_access_of_several_identities_is_combined_and_marks_conditional_operations() -> None:
    where = Resource(id=UPLOADS, name="uploads", kind="blob-container")
    reading = EffectiveAccess(allowed=frozenset({"Microsoft.Storage/a/read"}), data_allowed=frozenset({"x/blobs/read"}))
    writing = EffectiveAccess(
        allowed=frozenset(),
        conditional=frozenset({"Microsoft.Storage/a/write"}),
        data_allowed=frozenset(),
        data_conditional=frozenset({"x/blobs/write"}),
    )
    both = held_access_by_name(iter([("u", where, reading, False), ("u", where, writing, False)]))["u"]
    doubtful = held_access_by_name(iter([("u", where, reading, True)]))["u"]

    assert both.operations == {
        *("Microsoft.Storage/a/read", "Microsoft.Storage/a/write", "x/blobs/read", "x/blobs/write")
    }
    assert both.conditional == {"Microsoft.Storage/a/write", "x/blobs/write"}
    assert (both.words, both.reads, both.writes) == (("read", "write"), {"x/blobs": False}, {"x/blobs": True})
    assert (both.destroys, both.secret, both.spends) == (True, False, False)
    assert (doubtful.operations, doubtful.conditional) == (
        {"Microsoft.Storage/a/read", "x/blobs/read"},
        {"Microsoft.Storage/a/read", "x/blobs/read"},
    )
    assert (doubtful.reads, doubtful.destroys) == ({"x/blobs": True}, False)


def test_access_matrix_labels_a_custom_role_by_its_name() -> None:
    found = matrix_of(
        held(custom(Permission(data_actions=("*",))), UPLOADS, id="custom", principal="two", role_id="custom")
    )

    assert found.verbs(found.entries["two", "uploads"]) == ["Custom"]
