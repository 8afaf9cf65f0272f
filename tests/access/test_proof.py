"""Tests that the proof holds for the declared access and fails for anything wider or narrower."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from access.azure.roles import Role, by_name
from access.model.declared import Declared, DeclaredAccess, Exemption
from access.model.graph import Assignment, Graph
from access.questions.proof import prove
from access.reports import markdown, text
from access.reports.document import proof_document
from access.reports.terminal import Style
from tests.access import fabrikam
from tests.fabrikam import LEGACY

GRAPH, DECLARED = fabrikam.graph(root=LEGACY), fabrikam.declared(root=LEGACY)
GRANTS = {one.name: one for one in GRAPH.assignments}
OF_PROJECT = "research-project-may-use-fabrikam-foundry"
"""Role assignment that the program makes for every Foundry project, which network.yaml does not declare."""
NAMES = sorted(GRANTS.keys() - {OF_PROJECT})
"""Names of all declared role assignments, sorted so that tests have a fixed order."""
PUBLISHED, PUBLISHED_DECLARED = fabrikam.graph("prod", LEGACY), fabrikam.declared("prod", LEGACY)
PUBLISHED_GRANTS = {one.name: one for one in PUBLISHED.assignments}
CASES = [("dev", name) for name in NAMES] + [("prod", name) for name in sorted(PUBLISHED_GRANTS.keys() - GRANTS.keys())]
"""Names of all assignments, before and after publishing."""
HOLDERS = {"fleet-kubelet": "fleet", "unpublished-in-research": "compliance, market-analysis"}
"""Names of principals in the proof, if they differ from the prefix of the assignment's name."""
Widening = Callable[[Graph, Assignment], Graph]


def given(one: Assignment, **more: object) -> Assignment:
    return replace(one, id=f"{one.id} widened", **more)  # pyright: ignore[reportArgumentType]


def role(one: Assignment, name: str) -> Assignment:
    found = by_name(name)
    return given(one, role=found, role_id=found.id, system=found.system)


def cut(scope: str, word: str) -> str:
    """Return a scope up to the segment after a word."""
    before, _, after = scope.partition(f"/{word}/")
    return f"{before}/{word}/{after.split('/')[0]}"


def also(graph: Graph, *assignments: Assignment) -> Graph:
    return fabrikam.changed(graph, [*graph.assignments, *assignments])


def at_the_group(graph: Graph, one: Assignment) -> Graph:
    return also(graph, given(one, scope=cut(one.scope, "resourceGroups"), system=one.system))


def at_the_subscription(graph: Graph, one: Assignment) -> Graph:
    return also(graph, given(role(one, "Storage Blob Data Contributor"), scope=cut(one.scope, "subscriptions")))


def everywhere(graph: Graph, one: Assignment) -> Graph:
    return also(graph, given(role(one, "Key Vault Secrets User"), scope="/"))


def as_owner(graph: Graph, one: Assignment) -> Graph:
    return also(graph, role(one, "Owner"))


def as_reader_of_all(graph: Graph, one: Assignment) -> Graph:
    return also(graph, given(role(one, "Reader"), scope=cut(one.scope, "resourceGroups")))


def to_everybody_else(graph: Graph, one: Assignment) -> Graph:
    others = (each for each in graph.principals if each.agent and each.id != one.principal)
    return also(graph, *(replace(one, id=f"{one.id} {each.id}", principal=each.id) for each in others))


def to_an_identity_for_something_else(graph: Graph, one: Assignment) -> Graph:
    """Swap the agent's own identity and its pull identity in an assignment."""
    (mine,) = (each for each in graph.principals if each.id == one.principal)
    others = [each for each in graph.principals if each.is_in_network and each.purpose != mine.purpose]
    same = [each for each in others if set(each.agents) & set(mine.agents)]
    return also(graph, given(one, principal=(same or others)[0].id))


def on_another_resource(graph: Graph, one: Assignment) -> Graph:
    held = {each.scope for each in graph.assignments_of(one.principal)}
    declared = {each.name: each for each in graph.resources if each.declared}
    other = next(declared[name] for name in ("documents", "reports") if declared[name].id not in held)
    return also(graph, given(role(one, "Storage Blob Data Reader"), scope=other.id))


def with_all_actions(graph: Graph, one: Assignment) -> Graph:
    block = replace(one.role.permissions[0], actions=("*",), not_actions=()) if one.role else None
    custom = Role("custom", "Custom", (block,) if block else ())
    return also(graph, given(one, role=custom, role_id="custom", system="azure"))


def with_keys(graph: Graph, one: Assignment) -> Graph:
    return also(
        graph, given(role(one, "Storage Account Key Operator Service Role"), scope=cut(one.scope, "resourceGroups"))
    )


def under_a_condition(graph: Graph, one: Assignment) -> Graph:
    vague = "(@Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:prefix] StringStartsWith 'a')"
    wide = role(one, "Storage Blob Data Owner")
    return also(graph, given(wide, scope=cut(one.scope, "resourceGroups"), condition=vague))


def of_an_unknown_role(graph: Graph, one: Assignment) -> Graph:
    return also(graph, given(one, role=None, role_id="nobody-knows"))


def of(stack: str) -> tuple[Graph, Declared, dict[str, Assignment]]:
    return (GRAPH, DECLARED, GRANTS) if stack == "dev" else (PUBLISHED, PUBLISHED_DECLARED, PUBLISHED_GRANTS)


WIDENINGS: tuple[Widening, ...] = (
    at_the_subscription,
    everywhere,
    as_owner,
    as_reader_of_all,
    to_everybody_else,
    to_an_identity_for_something_else,
    on_another_resource,
    with_all_actions,
    with_keys,
    under_a_condition,
    of_an_unknown_role,
)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_access_proof_of_the_fabrikam_network_holds(stack: str) -> None:
    found = prove(fabrikam.graph(stack), fabrikam.declared(stack))

    assert found.failures == ()
    assert (found.declared, found.allowed) == (19, 19)
    assert found.denied > 100_000


@pytest.mark.parametrize("widen", WIDENINGS, ids=lambda widen: widen.__name__)
@pytest.mark.parametrize(("stack", "name"), CASES)
def test_access_proof_fails_for_any_role_or_scope_wider_than_declared(stack: str, name: str, widen: Widening) -> None:
    graph, declared, grants = of(stack)

    found = prove(widen(graph, grants[name]), declared)

    assert any(failure.grows for failure in found.failures)


@pytest.mark.parametrize("name", [name for name in NAMES if "findings" not in name])
def test_access_proof_fails_for_a_role_on_the_whole_resource_group(name: str) -> None:
    assert not prove(at_the_group(GRAPH, GRANTS[name]), DECLARED).holds


@pytest.mark.parametrize(("stack", "name"), CASES)
def test_access_proof_failure_for_a_missing_assignment_names_agent_and_resource(stack: str, name: str) -> None:
    graph, declared, _ = of(stack)

    found = prove(fabrikam.changed(graph, [one for one in graph.assignments if one.name != name]), declared)

    (failure,) = found.failures
    agent, _, rest = name.partition("-may-")
    assert (failure.agent, failure.grows) == (HOLDERS.get(agent, agent), False)
    assert failure.resource == rest.partition("-")[2]
    assert (found.declared, found.allowed) == (17, 16)


def test_access_proof_fails_if_an_agent_has_no_identity() -> None:
    without = fabrikam.changed(GRAPH, principals=[one for one in GRAPH.principals if one.agent != "ingestion"])

    found = prove(without, DECLARED)

    assert {failure.what for failure in found.failures} >= {
        f"network.yaml:{DECLARED.agents['ingestion'].line}: ingestion has no identity to pull its image with"
    }


def test_access_proof_fails_if_a_cluster_has_no_identity_to_pull_images() -> None:
    without = fabrikam.changed(GRAPH, principals=[one for one in GRAPH.principals if one.party != "fleet"])

    found = prove(without, DECLARED)

    assert f"network.yaml:{DECLARED.agents['notifier'].line}: fleet has no identity to pull images with" in {
        failure.what for failure in found.failures
    }


def test_access_proof_counts_fewer_denied_operations_after_a_wider_role_is_added() -> None:
    """Declared and allowed operations, and the denied, are all that there are."""
    more = prove(also(GRAPH, role(GRANTS["analysis-may-read-code-uploads"], "Storage Blob Data Contributor")), DECLARED)

    fewer_denied = prove(GRAPH, DECLARED).denied - more.denied
    contributor, reader = by_name("Storage Blob Data Contributor"), by_name("Storage Blob Data Reader")
    # every operation that the one role adds to the other, at the container and at no other resource
    assert (
        0 < fewer_denied <= sum(len(block.data_actions) + len(block.actions) for block in contributor.permissions) + 3
    )
    assert reader.permissions != contributor.permissions


BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


def guard(*tests: str) -> str:
    """Return a condition that allows reading only below `tests`."""
    paths = " OR ".join(f"@Resource[{BLOBS}:path] StringStartsWith '{one}'" for one in tests)
    lists = " OR ".join(f"@Request[{BLOBS}:prefix] StringStartsWith '{one}'" for one in tests)
    reading, listing = f"ActionMatches{{'{BLOBS}/read'}}", "SubOperationMatches{'Blob.List'}"
    return f"((!({reading} AND NOT {listing})) OR ({paths})) AND ((!({reading} AND {listing})) OR ({lists}))"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (guard("in/"), True),
        (guard("in"), False),
        (guard("in/", "out/"), False),
        (guard("other/"), False),
        (None, False),
        (guard("in/").replace(") AND ((", f" OR @Resource[{BLOBS}:path] StringEquals 'one.txt') AND ((", 1), False),
        (f"((!(ActionMatches{{'{BLOBS}/tags/read'}})) OR (@Resource[{BLOBS}:path] StringStartsWith 'in/'))", False),
    ],
)
def test_access_proof_fails_if_a_condition_differs_from_the_declared_paths(condition: str | None, holds: bool) -> None:  # noqa: FBT001
    access = DeclaredAccess(resource="documents", verb="read", paths=("in/",), line=1)
    agent = replace(PUBLISHED_DECLARED.agents["compliance"], access=(access,))
    restricted = replace(PUBLISHED_DECLARED, agents={**PUBLISHED_DECLARED.agents, "compliance": agent})
    grant = PUBLISHED_GRANTS["compliance-may-read-documents"]
    others = [one for one in PUBLISHED.assignments if one.name != grant.name]

    found = prove(fabrikam.changed(PUBLISHED, [*others, replace(grant, condition=condition)]), restricted)

    assert found.holds is holds


@pytest.mark.parametrize(("paths", "holds"), [(("in/",), False), (("in/", "out/"), True), ((), False)])
def test_access_proof_allows_a_shared_identity_the_declared_paths_of_all_its_agents(
    paths: tuple[str, ...], *, holds: bool
) -> None:
    """One agent may read `in/` and the other `out/`; either may both, and neither anything else."""
    agents = {
        name: replace(DECLARED.agents[name], access=(DeclaredAccess(resource="documents", verb="read", paths=(path,)),))
        for name, path in (("compliance", "in/"), ("market-analysis", "out/"))
    }
    restricted = replace(DECLARED, agents={**DECLARED.agents, **agents})
    grant = GRANTS["unpublished-in-research-may-read-documents"]
    condition = guard(*paths) if paths else None
    gone = {grant.name, "unpublished-in-research-may-use-models"}
    others = [one for one in GRAPH.assignments if one.name not in gone]

    found = prove(fabrikam.changed(GRAPH, [*others, replace(grant, condition=condition)]), restricted)

    assert found.holds is holds


REPOSITORY = "@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals"


def in_repositories(*names: str) -> str | None:
    """Return a condition that allows pulling these repositories; None for all."""
    actions = [name for block in PULLER.permissions for name in block.data_actions]
    guarded = " AND ".join(f"!(ActionMatches{{'{name}'}})" for name in actions)
    return f"(({guarded}) OR ({' OR '.join(f'{REPOSITORY} {name!r}' for name in names)}))" if names else None


PULLER = by_name("Container Registry Repository Reader")


@pytest.mark.parametrize(
    ("agent", "repositories", "holds"),
    [
        ("report", ("report",), True),
        ("report", ("report2",), False),
        ("report", ("report", "analysis"), False),
        ("report", (), False),
        # The nodes of a cluster pull for all agents in it, and for no others.
        ("fleet-kubelet", ("notifier",), True),
        ("fleet-kubelet", ("notifier", "report"), False),
        ("fleet-kubelet", ("report",), False),
        ("fleet-kubelet", (), False),
    ],
)
def test_access_proof_holds_only_if_the_pull_condition_allows_the_agents_images_alone(
    agent: str, repositories: tuple[str, ...], *, holds: bool
) -> None:
    changed = replace(role(GRANTS[f"{agent}-may-pull-fabrikam"], PULLER.name), condition=in_repositories(*repositories))
    others = [one for one in GRAPH.assignments if one.name != changed.name]

    assert prove(fabrikam.changed(GRAPH, [*others, changed]), DECLARED).holds is holds


def test_access_proof_of_an_empty_network_holds() -> None:
    nothing = Declared(network="n", stack="dev", resources={}, agents={})

    assert prove(Graph(), nothing).holds


def opened(*names: str) -> Graph:
    """Return the graph with public containers, in an account that allows them."""
    resources = [
        replace(one, properties={**one.properties, "publicAccess": "Blob", "allowBlobPublicAccess": True})
        if one.name in names or "storageaccounts" in one.kind
        else one
        for one in GRAPH.resources
    ]
    return fabrikam.changed(GRAPH, resources=resources)


def excepting(on: str, finding: str = "public-access") -> Declared:
    exemption = Exemption(finding=finding, on=on, because="a leaflet", expires=date(2026, 12, 31))
    return replace(DECLARED, exceptions=(exemption,))


def test_access_proof_lists_a_public_container_that_an_exception_accepts_with_its_expiry_and_holds() -> None:
    found = prove(opened("reports"), excepting("reports"), today=date(2026, 12, 31))

    assert (found.holds, [one.failure.resource for one in found.excepted]) == (True, ["reports"])
    shown = " ".join(text.proof(proof_document(found), Style(coloured=False)).split())
    assert "accepted: every agent, and anybody else, may read reports" in shown
    assert "accepted until 2026-12-31: a leaflet" in shown
    assert "accepted until 2026-12-31: a leaflet" in markdown.proof(proof_document(found))


@pytest.mark.parametrize(
    ("declared", "today"),
    [
        (excepting("reports"), date(2027, 1, 1)),
        (excepting("reports"), None),
        (excepting("documents"), date(2026, 12, 31)),
        (excepting("reports", "local-auth-on"), date(2026, 12, 31)),
        (DECLARED, date(2026, 12, 31)),
    ],
    ids=["expired", "without a day", "another resource", "another finding", "no exception"],
)
def test_access_proof_fails_for_a_public_container_without_a_valid_exception_for_public_access(
    declared: Declared, today: date | None
) -> None:
    found = prove(opened("reports"), declared, today=today)

    assert [(one.resource, one.grows) for one in found.failures] == [("reports", True)]
    assert found.excepted == ()


def test_access_proof_fails_for_the_second_of_two_public_containers_of_which_one_is_accepted() -> None:
    found = prove(opened("reports", "documents"), excepting("reports"), today=date(2026, 12, 31))

    assert [one.resource for one in found.failures] == ["documents"]
