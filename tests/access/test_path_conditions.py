"""Tests that the proof of declared paths compares conditions, and tries no names."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.catalogue import Permission
from access.azure.roles import by_name
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.name_sets import NameSet, names_allowed_by
from access.evaluate.conditions.parser import parse
from access.evaluate.conditions.syntax import Attribute
from access.model.declared import Declared, DeclaredAccess
from access.model.graph import Graph
from access.questions.proof import prove
from components.conditions import in_repositories, under_paths
from tests.access import fabrikam
from tests.access.graphs import deny

ROLE = by_name("Storage Blob Data Contributor")
PULLER = by_name("Container Registry Repository Reader")
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
CONTAINER = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
PATH, PREFIX = f"@Resource[{BLOBS}:path]", f"@Request[{BLOBS}:prefix]"
REPOSITORY = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"
OWN = under_paths(ROLE, ["incoming/"])
GRANT = next(one for one in fabrikam.graph().assignments if one.name == "ingestion-may-write-code-uploads")
PULL = next(one for one in fabrikam.graph().assignments if one.name == "ingestion-may-pull-fabrikam")


def declared(*paths: str) -> Declared:
    found = fabrikam.declared()
    (access,) = (one for one in found.agents["ingestion"].access if one.resource == "code-uploads")
    agent = replace(found.agents["ingestion"], access=(replace(access, paths=paths),))
    return replace(found, agents={**found.agents, "ingestion": agent})


def with_condition(condition: str | None, **more: str) -> Graph:
    graph = fabrikam.graph()
    rest = [one for one in graph.assignments if one.id != GRANT.id]
    return fabrikam.changed(graph, [*rest, replace(GRANT, condition=condition, **more)])


def failures(condition: str | None, *paths: str, **more: str) -> list[str]:
    found = prove(with_condition(condition, **more), declared(*(paths or ("incoming/",))))
    assert all(one.agent == "ingestion" or "cannot be read" in one.what for one in found.failures)
    return [one.what for one in found.failures]


# Tests that change what the project writes: joined by OR or by AND, the names are others than declared.
ADDED = [
    "(NAME StringStartsWith 'secret/' AND NAME StringEndsWith '.json')",
    "(NAME StringLike 'archive/*' AND NAME StringLike '*.json')",
    "(NAME StringContains 'a' AND NAME StringContains 'b')",
    r"NAME StringStartsWith 'it\'s secret/'",
    r"NAME StringLike 'what\?'",
    "NAME StringNotStartsWith 'incoming/'",
    "!(NAME StringStartsWith 'incoming/')",
    "NAME StringNotEquals 'incoming/probe'",
    "(NAME StringStartsWith 's' AND NAME StringNotEquals 's' AND NAME StringNotEquals 'sprobe')",
    "NAME StringStartsWithIgnoreCase 'incoming/'",
    "NAME StringEquals 'secret'",
    "NAME StringEqualsIgnoreCase 'secret'",
    "NAME StringMatches '.*'",
    "NAME StringLike '*'",
    "NAME ForAnyOfAnyValues:StringEquals {'secret', 'other'}",
    "'secret/x' StringStartsWith NAME",
    "NAME StringStartsWith @Principal[Microsoft.Directory/CustomSecurityAttributes/Id:team_name]",
    f"@Request[{BLOBS}/tags:public<$key_case_sensitive$>] StringEquals 'yes'",
    "@Environment[utcNow] DateTimeGreaterThan '2026-01-01T00:00:00.0Z'",
    f"Exists @Request[{BLOBS}:snapshot]",
    "NAME StringStartsWith 'in'",
    "true",
]


@pytest.mark.parametrize("attribute", [PATH, PREFIX], ids=["path", "prefix of a listing"])
@pytest.mark.parametrize("more", ADDED)
def test_access_proof_fails_if_a_condition_has_any_other_test_of_blob_names_next_to_the_declared_paths(
    more: str, attribute: str
) -> None:
    start = f"{attribute} StringStartsWith 'incoming/'"
    condition = OWN.replace(start, f"{start} OR {more.replace('NAME', attribute)}")

    assert condition != OWN
    assert failures(condition)


@pytest.mark.parametrize("more", [one for one in ADDED if one != "true"])
def test_access_proof_fails_if_a_condition_excludes_blob_names_inside_the_declared_paths(more: str) -> None:
    assert failures(f"({OWN}) AND ({more.replace('NAME', PATH)})")


@pytest.mark.parametrize(
    "condition",
    [
        OWN,
        OWN.replace(" AND ", "\n  &&\n").replace(" OR ", " || ").replace("NOT ", "!"),
        OWN.replace("StringStartsWith", "STRINGstartsWITH").replace("Microsoft.Storage", "microsoft.STORAGE"),
        f"({OWN}) AND ({OWN})",
        f"({OWN}) AND true",
        OWN.replace("(@Resource", "(false OR @Resource"),
        OWN.replace("StringStartsWith 'incoming/'", "StringStartsWith 'incoming/'", 1).replace(
            f"({PATH} StringStartsWith 'incoming/')",
            f"({PATH} StringStartsWith 'incoming/' OR {PATH} StringStartsWith 'incoming/deeper/')",
        ),
        under_paths(ROLE, ["incoming/", "incoming/deeper/"]),
        f"({OWN}) AND {CONTAINER} StringEquals 'code-uploads'",
        f"!(!({OWN}))",
    ],
)
def test_access_proof_holds_for_other_spellings_of_the_condition_for_the_declared_paths(condition: str) -> None:
    assert failures(condition) == []


@pytest.mark.parametrize(
    ("condition", "paths"),
    [
        (under_paths(ROLE, ["incoming/", "b/"]), ("incoming/",)),
        (under_paths(ROLE, ["incoming/"]), ("incoming/", "b/")),
        (under_paths(ROLE, ["in"]), ("incoming/",)),
        (under_paths(ROLE, ["incoming/deeper/"]), ("incoming/",)),
        (None, ("incoming/",)),
        (OWN.replace(f" AND !(ActionMatches{{'{BLOBS}/write'}})", ""), ("incoming/",)),
        ("", ("incoming/",)),
    ],
)
def test_access_proof_fails_if_the_paths_of_a_condition_are_wider_or_narrower_than_declared(
    condition: str | None, paths: tuple[str, ...]
) -> None:
    found = failures(condition, *paths)

    assert found
    assert all("cannot be judged" not in what for what in found)


@pytest.mark.parametrize(
    ("version", "holds"), [("2.0", True), ("1.0", False), ("2.1", False), ("not known yet", False)]
)
def test_access_proof_fails_for_a_condition_version_other_than_2_0(version: str, *, holds: bool) -> None:
    assert (failures(OWN, condition_version=version) == []) is holds


def test_access_proof_fails_if_a_deny_assignment_may_forbid_names_in_declared_paths() -> None:
    graph = with_condition(OWN)
    block = Permission(data_actions=(f"{BLOBS}/write",))
    denied = deny(GRANT.scope, block, principals=(GRANT.principal,), condition=f"{PATH} StringStartsWith 'incoming/x'")

    assert not prove(fabrikam.changed(graph, denies=[denied]), declared("incoming/")).holds


@pytest.mark.parametrize(
    "more",
    [f"{REPOSITORY} StringStartsWith 'report'", f"{REPOSITORY} StringLike 'r*'", f"{REPOSITORY} StringEquals 'x'"],
)
def test_access_proof_fails_if_an_image_pull_condition_has_any_other_test_next_to_the_repository(more: str) -> None:
    own = in_repositories(PULLER, ["ingestion"])
    start = f"{REPOSITORY} StringEquals 'ingestion'"
    graph = fabrikam.graph()
    rest = [one for one in graph.assignments if one.id != PULL.id]

    for condition, holds in ((own, True), (own.replace(start, f"{start} OR {more}"), False)):
        grant = replace(PULL, role=PULLER, role_id=PULLER.id, condition=condition)
        assert prove(fabrikam.changed(graph, [*rest, grant]), fabrikam.declared()).holds is holds


TEXTS = st.text(alphabet="ab/*", max_size=3)
OPERATORS = ["StringStartsWith", "StringEquals", "StringNotEquals", "StringEndsWith", "StringLike", "StringContains"]
TESTS = st.builds("{} {} '{}'".format, st.just(PATH), st.sampled_from(OPERATORS), TEXTS)
CONDITIONS = st.recursive(
    TESTS | st.sampled_from(["true", "false", "Exists @Request[a:b]"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner) | st.builds("!{}".format, inner)
    ),
    max_leaves=6,
)
NAMES = [f"{one}{two}{three}" for one in ("", "a", "b", "/") for two in ("", "a", "b", "*") for three in ("", "a", "/")]


@given(CONDITIONS)
@settings(max_examples=300, deadline=None)
def test_set_of_names_of_a_condition_has_exactly_the_names_for_which_the_condition_is_true(text: str) -> None:
    condition, query = parse(text), ConditionQuery(1, lambda _pattern: (1, 1))
    attribute = Attribute(f"resource[{BLOBS.lower()}:path]")

    found = names_allowed_by(condition, query, {}, attribute)

    for name in NAMES if found is not None else ():
        verdict = evaluate(condition, query, {attribute.key: name})
        assert found is not None
        assert (verdict.true, verdict.false) == ((1, 0) if found.covers(NameSet(exact=frozenset({name}))) else (0, 1))


def test_access_proof_needs_no_path_condition_if_the_resource_is_also_declared_without_paths() -> None:
    """A second declared access without paths covers all names, so that a condition is not needed."""
    found = declared("incoming/")
    agent = found.agents["ingestion"]
    reader = DeclaredAccess(resource="code-uploads", verb="read", line=1)
    both = replace(found, agents={**found.agents, "ingestion": replace(agent, access=(*agent.access, reader))})
    reads = replace(GRANT, id="reads", role=by_name("Storage Blob Data Reader"), condition=None)
    graph = with_condition(OWN)

    assert prove(fabrikam.changed(graph, [*graph.assignments, reads]), both).holds
    assert not prove(fabrikam.changed(graph, [*graph.assignments, reads]), found).holds


def test_proof_cannot_judge_a_condition_with_and_and_or_without_parentheses() -> None:
    """The documentation demands parentheses and does not define the order without them."""
    (failure,) = failures(f"true AND false OR ({OWN})")

    assert failure.startswith("cannot be judged: ingestion may perhaps ")
