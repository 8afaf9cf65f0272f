"""Tests that conditions on role assignments restrict every operation of the role."""

from collections.abc import Iterator

import pytest

from access.azure.actions import covers
from access.azure.operations import listed
from access.azure.roles import Role, by_name
from access.evaluate.conditions.attributes import attribute_key
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from access.evaluate.conditions.suboperations import BY_OPERATION
from access.model.attributes import Known, Missing
from components.conditions import in_repositories, under_paths
from components.resources.blob_container import BlobContainer
from components.resources.image_registry import ImageRegistry

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
PATH = attribute_key(f"Resource[{BLOBS}:path]")
PREFIX = attribute_key(f"Request[{BLOBS}:prefix]")
REPOSITORY = attribute_key("Request[Microsoft.ContainerRegistry/registries/repositories:name]")
BLOB_ROLES = [by_name(row.role) for row in BlobContainer.VERBS.values()]
PULLER = by_name(ImageRegistry.REPOSITORY_VERBS["pull"].role)


def operations(role: Role) -> Iterator[tuple[str, str | None]]:
    """Every data operation of a role, with each suboperation that a condition can distinguish."""
    for name in listed(data=True):
        if any(covers(pattern, name) for block in role.permissions for pattern in block.data_actions):
            yield name, None
            yield from ((name, part) for part in BY_OPERATION.get(name.lower(), ()))


def allowed(condition: str, operation: str, part: str | None, **attributes: Known) -> bool:
    """True if the condition allows a request; an undecided condition fails the test."""

    def covered(pattern: str) -> tuple[int, int]:
        bits = int(covers(pattern, operation))
        return bits, bits

    request = {"path": Missing.ABSENT, "prefix": Missing.ABSENT, "repository": Missing.ABSENT, **attributes}
    keys = {"path": PATH, "prefix": PREFIX, "repository": REPOSITORY}
    values = {str(keys[name]): value for name, value in request.items()}
    verdict = evaluate(parse(condition), ConditionQuery(1, covered, part), values)
    assert verdict.true ^ verdict.false == 1
    return bool(verdict.true)


def request_for(part: str | None, name: str) -> dict[str, Known]:
    return {"prefix": name} if part == "blob.list" else {"path": name}


@pytest.mark.parametrize("role", BLOB_ROLES, ids=lambda role: role.name)
def test_role_condition_for_paths_allows_each_blob_operation_only_under_the_given_prefixes(role: Role) -> None:
    condition = under_paths(role, ("in/", "tmp"))

    seen = list(operations(role))
    assert len(seen) > 1
    for operation, part in seen:
        for name, expected in {
            "in/a.txt": True,
            "tmp": True,
            "out/a.txt": False,
            "In/a.txt": False,
            "i": False,
        }.items():
            assert allowed(condition, operation, part, **request_for(part, name)) is expected, (operation, part, name)


@pytest.mark.parametrize("role", BLOB_ROLES, ids=lambda role: role.name)
def test_role_condition_for_paths_denies_listing_a_whole_blob_container(role: Role) -> None:
    condition = under_paths(role, ("in/",))

    assert not allowed(condition, f"{BLOBS}/read", "blob.list")
    assert not allowed(condition, f"{BLOBS}/read", "blob.list", prefix="")


@pytest.mark.parametrize("role", [*BLOB_ROLES, PULLER], ids=lambda role: role.name)
def test_generated_role_conditions_do_not_depend_on_operator_precedence(role: Role) -> None:
    condition = in_repositories(role, ["one", "another"]) if role is PULLER else under_paths(role, ("in/", "tmp"))

    assert not parse(condition).ambiguous


def test_role_condition_for_repositories_allows_each_pull_operation_only_in_the_given_repositories() -> None:
    condition = in_repositories(PULLER, ["agents/report", "agents/clerk"])

    seen = list(operations(PULLER))
    assert len(seen) > 1
    for operation, part in seen:
        assert allowed(condition, operation, part, repository="agents/report")
        assert allowed(condition, operation, part, repository="agents/clerk")
        assert not allowed(condition, operation, part, repository="agents/report2")
        assert not allowed(condition, operation, part)


@pytest.mark.parametrize("text", ["", "a'", "a b", "a\\"])
def test_role_condition_with_an_empty_path_or_one_with_quotes_or_blanks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a condition cannot compare with"):
        under_paths(BLOB_ROLES[0], (text,))
    with pytest.raises(ValueError, match="a condition cannot compare with"):
        in_repositories(PULLER, [text])
