"""Tests of the blast radius on Foundry and AKS: escalation by editing agents or starting pods."""

from dataclasses import replace

import pytest

from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.blast_radius import BlastRadius, blast_radius
from tests.access.graphs import GROUP, REPORTS, UPLOADS, resource
from tests.access.test_blast import MODELS, REGISTRY, becomes, gives

FOUNDRY = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/foundry"
PROJECT = f"{FOUNDRY}/projects/research"
OTHER = f"{FOUNDRY}/projects/elsewhere"
PUBLISHED = f"{PROJECT}/applications/net-published-dev"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/fleet"
PODS = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/net-pods-dev"
ATTACKER = f"{GROUP}/providers/Microsoft.App/containerApps/attacker"
ISSUER = "https://issuer.example/fleet/"

PRINCIPALS = (
    Principal(id="attacker", name="net-attacker", agent="attacker", owner=ATTACKER),
    Principal(id="published", name="net-published-dev", agent="published", owner=PUBLISHED),
    Principal(id="own", name="own", agent="own", owner=f"{PROJECT}/agents/own"),
    Principal(
        id="shared",
        name="unpublished",
        agent="draft",
        other_agents=("sketch",),
        owner=f"{PROJECT}/agentIdentities/shared",
    ),
    Principal(id="elsewhere", name="elsewhere", agent="elsewhere", owner=f"{OTHER}/agents/elsewhere"),
    Principal(id="project", name="research", party="research", purpose="host", owner=PROJECT),
    Principal(id="pods", name="net-pods-dev", agent="pods", owner=PODS),
    Principal(id="kubelet", name="fleet-agentpool", party="fleet", purpose="pull", owner=CLUSTER),
)
IN_PROJECT = ["draft", "own", "sketch"]
AGENTS_WRITE = "Microsoft.CognitiveServices/accounts/AIServices/agents/write"
OF_APPLICATIONS = "Microsoft.CognitiveServices/accounts/projects/applications"
CLUSTERS = "Microsoft.ContainerService/managedClusters"


def credential(issuer: str = ISSUER) -> Resource:
    credential = {"issuer": issuer, "subject": "system:serviceaccount:net-pods-dev:pods"}
    return resource(f"{PODS}/federatedIdentityCredentials/pods", declared=False, properties=credential)


def graph_of(*assignments: Assignment, issuer: str = ISSUER) -> Graph:
    plain = [resource(each, declared=False) for each in (FOUNDRY, PROJECT, OTHER, PODS, ATTACKER)]
    cluster = resource(CLUSTER, declared=False, properties={"oidcIssuerProfile": {"issuerURL": ISSUER}})
    called = [
        Resource(id=PUBLISHED, name="published", kind="foundry-agent"),
        Resource(id=f"{PROJECT}/agents/own", name="own", kind="foundry-agent"),
    ]
    declared = [resource(each) for each in (UPLOADS, REPORTS, MODELS, REGISTRY)]
    pulls = gives("kubelet", REGISTRY, "AcrPull")
    return Graph(
        principals=PRINCIPALS,
        resources=[*declared, *plain, *called, cluster, credential(issuer)],
        assignments=(pulls, *assignments),
    )


def attacker(*assignments: Assignment, issuer: str = ISSUER) -> BlastRadius:
    return blast_radius(graph_of(*assignments, issuer=issuer), "attacker")


@pytest.mark.parametrize(
    ("scope", "who"),
    [
        (FOUNDRY, [*IN_PROJECT, "elsewhere", "research"]),
        (PROJECT, [*IN_PROJECT, "research"]),
        (f"{PROJECT}/agents/own", ["own"]),
    ],
)
def test_blast_radius_of_a_right_to_edit_foundry_agents_includes_the_agents_and_their_project(
    scope: str, who: list[str]
) -> None:
    found = attacker(gives("attacker", scope, [AGENTS_WRITE], data=True))

    assert sorted(becomes(found)) == sorted(who)
    assert "write the instructions of agent own" in next(one.how for one in found.becomes if one.agent == "own")


def test_blast_radius_of_a_right_to_edit_foundry_agents_does_not_include_published_agents() -> None:
    assert "published" not in becomes(attacker(gives("attacker", PROJECT, [AGENTS_WRITE], data=True)))


@pytest.mark.parametrize("operation", [f"{OF_APPLICATIONS}/write", f"{OF_APPLICATIONS}/agentdeployments/write"])
def test_blast_radius_of_a_right_to_publish_a_foundry_agent_includes_the_published_agent(operation: str) -> None:
    at_application = attacker(gives("attacker", PUBLISHED, [operation]))
    at_project = attacker(gives("attacker", PROJECT, [operation]))

    assert becomes(at_application) == ["published"]
    assert sorted(becomes(at_project)) == ["published", "research"]


def test_blast_radius_of_a_foundry_agent_includes_the_access_of_its_own_project_and_of_no_other() -> None:
    reads = gives("project", UPLOADS, "Storage Blob Data Reader")
    graph = graph_of(reads)

    holders = {name for name in ("draft", "sketch", "own", "published", "elsewhere", "pods") if reaches(graph, name)}
    assert holders == {"draft", "sketch", "own", "published"}


def reaches(graph: Graph, agent: str) -> bool:
    return bool(blast_radius(graph, agent).operations)


def test_foundry_agents_of_a_shared_identity_have_the_same_blast_radius() -> None:
    graph = graph_of(gives("shared", UPLOADS, "Storage Blob Data Reader"))

    draft, sketch = (blast_radius(graph, name) for name in ("draft", "sketch"))
    assert draft.operations == sketch.operations != {}


@pytest.mark.parametrize(
    ("operation", "on_data"),
    [
        (f"{CLUSTERS}/pods/write", True),
        (f"{CLUSTERS}/pods/exec/action", True),
        (f"{CLUSTERS}/apps/deployments/write", True),
        (f"{CLUSTERS}/batch/cronjobs/write", True),
        (f"{CLUSTERS}/runcommand/action", False),
        (f"{CLUSTERS}/listClusterAdminCredential/action", False),
    ],
)
def test_blast_radius_of_a_right_to_run_commands_in_an_aks_cluster_includes_its_agents(
    operation: str, *, on_data: bool
) -> None:
    found = attacker(gives("attacker", CLUSTER, [operation], data=on_data))

    assert "pods" in becomes(found)
    assert "'fleet', in which pods runs" in next(one.how for one in found.becomes if one.agent == "pods")


MACHINES = "Microsoft.Compute/virtualMachineScaleSets"


@pytest.mark.parametrize(
    ("settings", "group"),
    [({"nodeResourceGroup": "fleet-nodes"}, "fleet-nodes"), ({"location": "West Europe"}, "MC_rg_fleet_westeurope")],
)
@pytest.mark.parametrize("operation", ["write", "virtualMachines/runCommand/action", "extensions/write"])
def test_blast_radius_of_a_right_to_run_commands_on_the_nodes_of_an_aks_cluster_includes_its_agents(
    settings: dict[str, str], group: str, operation: str
) -> None:
    subscription = GROUP.partition("/resourceGroups/")[0]
    found: dict[str, list[str]] = {}
    for name in (group, "another-group"):
        where = f"{subscription}/resourceGroups/{name}"
        before = graph_of(gives("attacker", where, [f"{MACHINES}/{operation}"]))
        resources = [
            replace(one, properties={**one.properties, **settings}) if one.id == CLUSTER else one
            for one in before.resources
        ]
        graph = Graph(principals=before.principals, resources=resources, assignments=before.assignments)
        blast = blast_radius(graph, "attacker")
        found[name] = becomes(blast)
        assert all("'nodes-of-fleet', in which pods runs" in one.how for one in blast.becomes)

    assert found == {group: ["pods"], "another-group": []}


@pytest.mark.parametrize(
    ("operations", "works", "conditional"),
    [
        (["listCredentials/action"], True, False),
        (["listCredentials/action"], None, True),
        (["listCredentials/action"], False, None),
        (["listCredentials/action", "write"], False, True),
        (["generateCredentials/action"], False, True),
        (["tokens/write"], False, True),
        (["connectedRegistries/write"], False, True),
        (["cacheRules/write"], False, True),
    ],
)
def test_blast_radius_of_a_right_to_credentials_of_a_registry_includes_the_agents_that_run_its_images(
    operations: list[str], *, works: bool | None, conditional: bool | None
) -> None:
    given = gives("attacker", REGISTRY, [f"Microsoft.ContainerRegistry/registries/{name}" for name in operations])
    before = graph_of(given)
    resources = [replace(one, local_auth=works) if one.id == REGISTRY else one for one in before.resources]
    graph = Graph(principals=before.principals, resources=resources, assignments=before.assignments)

    found = [(one.agent, one.conditional) for one in blast_radius(graph, "attacker").becomes]
    assert found == ([] if conditional is None else [("pods", conditional)])


@pytest.mark.parametrize("operation", ["pods/read", "events/write", "configmaps/read", "namespaces/read"])
def test_blast_radius_of_a_right_to_read_an_aks_cluster_includes_no_agent(operation: str) -> None:
    assert becomes(attacker(gives("attacker", CLUSTER, [f"{CLUSTERS}/{operation}"], data=True))) == []


def test_blast_radius_places_an_agent_in_the_aks_cluster_whose_issuer_its_credential_trusts() -> None:
    enters = gives("attacker", CLUSTER, [f"{CLUSTERS}/pods/write"], data=True)

    assert "pods" not in becomes(attacker(enters, issuer="https://issuer.example/another/"))
    # Where it is not known yet who issues the tokens, any cluster may.
    assert "pods" in becomes(attacker(enters, issuer=""))


def test_blast_radius_of_a_right_to_push_images_includes_agents_of_aks_clusters_that_pull_them() -> None:
    assert "pods" in becomes(attacker(gives("attacker", REGISTRY, "AcrPush")))


def test_blast_radius_lists_influence_on_the_foundry_agents_that_an_agent_may_call() -> None:
    calls = [
        gives("attacker", PUBLISHED, "Foundry User"),
        gives("pods", f"{PROJECT}/agents/own", "Foundry Agent Consumer"),
    ]
    graph = graph_of(*calls)

    attacking, called = blast_radius(graph, "attacker"), blast_radius(graph, "published")
    assert [(one.agent, one.through, one.how) for one in attacking.influences] == [
        ("published", "published", "attacker calls published")
    ]
    assert [(one.agent, one.how) for one in called.influenced_by] == [("attacker", "published is called by attacker")]
    assert [one.agent for one in blast_radius(graph, "pods").influences] == ["own"]
    assert becomes(attacking) == []
    assert attacking.models == ("published",)


def test_blast_radius_lists_agents_of_a_shared_identity_separately_and_not_as_taken_over() -> None:
    graph = graph_of(gives("shared", UPLOADS, "Storage Blob Data Reader"))

    draft, own = blast_radius(graph, "draft"), blast_radius(graph, "own")
    assert (draft.agents_sharing_identity, draft.document()["shares_identity_with"], draft.becomes) == (
        ("sketch",),
        ["sketch"],
        (),
    )
    assert own.agents_sharing_identity == ()
    assert "shares_identity_with" not in own.document()
