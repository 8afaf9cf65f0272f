"""Tests of the blast radius: of Fabrikam, of each escalation, and of random graphs."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.catalogue import Permission, by_name
from access.model.declared import Budget
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.blast_radius import BlastRadius, blast_radius, every_blast_radius
from access.readers import local
from tests import fabrikam as fabrikam_files
from tests.access.graphs import ACCOUNT, COSMOS, GROUP, ITEMS, NAME, QUEUE, REPORTS, UPLOADS, custom, deny, resource
from tests.access.readers.sources import deployed, printed

REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault"
SECRET = f"{VAULT}/secrets/signing-key"
MODELS = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/models"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/keeper"
JOB = f"{GROUP}/providers/Microsoft.App/jobs/c"
AGENTS = ("a", "b", "c")


def app(agent: str) -> str:
    return JOB if agent == "c" else f"{GROUP}/providers/Microsoft.App/containerApps/{agent}"


def pull_of(agent: str) -> str:
    return f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{agent}-pull"


def principals() -> list[Principal]:
    own = [Principal(id=agent, name=f"net-{agent}", agent=agent, owner=app(agent)) for agent in AGENTS]
    pull = [
        Principal(id=f"{agent}-pull", name=f"{agent}-pull", agent=agent, purpose="pull", owner=pull_of(agent))
        for agent in AGENTS
    ]
    return [*own, *pull, Principal(id="keeper", name="keeper", purpose="other", owner=IDENTITY)]


def resources(*, keys: bool = False, policies: bool = False) -> list[Resource]:
    found = [resource(each) for each in (UPLOADS, REPORTS, ITEMS, QUEUE, REGISTRY, SECRET, MODELS)]
    found += [resource(app(each), declared=False) for each in AGENTS]
    found += [resource(pull_of(each), declared=False) for each in AGENTS]
    account = resource(ACCOUNT, declared=False, local_auth=keys)
    vault = resource(VAULT, declared=False, local_auth=policies)
    return [*found, account, vault, resource(IDENTITY, declared=False), resource(COSMOS, declared=False)]


def gives(who: str, scope: str, role: str | list[str], *, data: bool = False, **more: Any) -> Assignment:  # noqa: ANN401
    """Return an assignment of a role, or of a custom role with these operations."""
    if isinstance(role, str):
        found = by_name(role)
    else:
        found = custom(Permission(data_actions=tuple(role)) if data else Permission(actions=tuple(role)))
    return Assignment(
        id=f"{who} {role} {scope} {more}",
        name="",
        principal=who,
        scope=scope,
        role=found,
        role_id=found.id,
        system=found.system,
        **more,
    )


def graph_of(*assignments: Assignment, **more: Any) -> Graph:  # noqa: ANN401
    pulls = [gives(f"{agent}-pull", REGISTRY, "AcrPull") for agent in AGENTS]
    denies = more.pop("denies", ())
    return Graph(
        principals=principals(), resources=resources(**more), assignments=(*pulls, *assignments), denies=denies
    )


def becomes(blast: BlastRadius) -> list[str]:
    return [one.agent for one in blast.becomes]


# Fabrikam.


@pytest.fixture(scope="module")
def fabrikam() -> dict[str, Any]:
    result, _ = deployed(fabrikam_files.network(), fabrikam_files.environment("dev"), "dev")
    return {name: one.document() for name, one in every_blast_radius(local.read(printed(result)), {}).items()}


def test_blast_radii_of_fabrikam_list_destroyable_data_secrets_and_models_but_no_other_identity(
    fabrikam: dict[str, Any],
) -> None:
    assert {name: one["destroys"] for name, one in fabrikam.items()} == {
        "analysis": ["findings", "models"],
        "compliance": [],
        "ingestion": ["code-uploads"],
        "market-analysis": ["models"],
        "notifier": [],
        "report": ["reports"],
        "security-scanner": ["models"],
    }
    assert not any(one["becomes"] or one["over_budget"] for one in fabrikam.values())
    assert {name: one["secrets"] for name, one in fabrikam.items() if one["secrets"]} == {
        "notifier": ["webhook-signing-key"]
    }
    assert {name for name, one in fabrikam.items() if one["models"]} == {
        "analysis",
        # Every agent of Foundry may use the models of its project's account.
        "compliance",
        "market-analysis",
        "security-scanner",
    }


def test_blast_radii_of_fabrikam_list_exactly_three_influences_between_agents(fabrikam: dict[str, Any]) -> None:
    influences = {
        (name, each["agent"], each["through"]) for name, one in fabrikam.items() for each in one["influences"]
    }
    influenced = {
        (each["agent"], name, each["through"]) for name, one in fabrikam.items() for each in one["influenced_by"]
    }

    assert influences == influenced
    assert influences == {
        ("ingestion", "analysis", "code-uploads"),
        ("analysis", "report", "findings"),
        ("report", "notifier", "review-done"),
    }
    assert fabrikam["report"] == {
        "operations": fabrikam["report"]["operations"],
        "secrets": [],
        "models": [],
        "destroys": ["reports"],
        "becomes": [],
        "influences": [{"agent": "notifier", "through": "review-done", "how": "report sends what notifier receives"}],
        "influenced_by": [{"agent": "analysis", "through": "findings"}],
        "over_budget": [],
    }
    assert fabrikam["report"]["operations"].keys() == {"findings", "reports", "review-done"}
    assert fabrikam["report"]["operations"]["reports"] == ["read", "write", "delete"]
    assert json.loads(json.dumps(fabrikam)) == fabrikam


# Each way.

_WAYS = {
    "push": ([gives("a", REGISTRY, "AcrPush")], ["b", "c"], "push an image to 'images', from which b runs (AcrPush at"),
    "push to repositories": (
        [gives("a", REGISTRY, ["Microsoft.ContainerRegistry/registries/repositories/content/write"], data=True)],
        ["b", "c"],
        "push an image",
    ),
    "update": ([gives("a", app("b"), ["Microsoft.App/containerApps/write"])], ["b"], "update the app of b"),
    "exec": (
        [gives("a", app("b"), ["Microsoft.App/containerApps/exec/action"], data=True)],
        ["b"],
        "run commands in the app of b",
    ),
    "token": ([gives("a", app("b"), ["Microsoft.App/containerApps/getAuthToken/action"])], ["b"], "get a token"),
    "source": ([gives("a", app("b"), ["Microsoft.App/containerApps/sourceControls/write"])], ["b"], "image source"),
    "start a job": (
        [gives("a", JOB, ["Microsoft.App/jobs/start/action"])],
        ["c"],
        "start, with an image of its choice",
    ),
    "federate": (
        [gives("a", IDENTITY, ["Microsoft.ManagedIdentity/*/federatedIdentityCredentials/write"])],
        ["keeper"],
        "add a credential of its own to the identity 'keeper'",
    ),
    "attach": (
        [
            gives("a", IDENTITY, ["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"]),
            gives("a", app("a"), ["Microsoft.App/containerApps/write"]),
        ],
        ["keeper"],
        "attach the identity 'keeper' to an app that it may write",
    ),
    "give roles": (
        [gives("a", app("b"), "User Access Administrator")],
        ["b"],
        "give itself any role at 'b' (User Access Administrator at 'b'); with that it may update the app of b",
    ),
    "attach what one may give roles at": (
        [gives("a", IDENTITY, "Role Based Access Control Administrator")],
        ["keeper"],
        "give itself any role at 'keeper'",
    ),
}


@pytest.mark.parametrize("way", _WAYS)
def test_blast_radius_of_each_escalation_includes_the_other_identity_and_its_access(way: str) -> None:
    given_to_a, expected, how = _WAYS[way]
    loot = [
        gives("b", UPLOADS, "Storage Blob Data Contributor"),
        gives("c", UPLOADS, "Storage Blob Data Contributor"),
        gives("keeper", UPLOADS, "Storage Blob Data Contributor"),
    ]

    poor, rich = blast_radius(graph_of(*loot), "a"), blast_radius(graph_of(*loot, *given_to_a), "a")

    assert (becomes(poor), poor.operations) == ([], {})
    assert becomes(rich) == expected
    assert how in rich.becomes[0].how
    assert rich.becomes[0].how.startswith("a may ")
    assert "uploads" in rich.destroys


@pytest.mark.parametrize(
    "powerless",
    [
        [gives("a", IDENTITY, ["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"])],
        [gives("a", GROUP, "Reader")],
        [gives("a", REGISTRY, "AcrPull")],
        [gives("a", app("b"), ["Microsoft.App/containerApps/delete", "Microsoft.App/containerApps/stop/action"])],
        [gives("a-pull", GROUP, "Owner")],
        [gives("a", VAULT, "Key Vault Contributor")],
    ],
)
def test_blast_radius_of_a_right_without_escalation_includes_no_other_identity(powerless: list[Assignment]) -> None:
    loot = gives("b", SECRET, "Key Vault Secrets User")

    assert becomes(blast_radius(graph_of(loot, *powerless), "a")) == []
    assert blast_radius(graph_of(loot, *powerless), "a").secrets == ()


def test_blast_radius_that_includes_an_agents_own_identity_includes_the_agent() -> None:
    shared = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/of-d"
    graph = Graph(
        principals=[*principals(), Principal(id="d", name="of-d", agent="d", owner=shared)],
        resources=[*resources(), resource(shared, declared=False)],
        assignments=[gives("a", shared, "Managed Identity Contributor")],
    )

    assert becomes(blast_radius(graph, "a")) == ["d"]


def test_blast_radius_attaches_an_identity_only_if_one_identity_has_both_needed_rights() -> None:
    assign = ["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"]
    graph = graph_of(
        gives("a", app("b"), ["Microsoft.App/containerApps/exec/action"], data=True),
        gives("a", IDENTITY, assign),
        gives("b", app("b"), ["Microsoft.App/containerApps/write"]),
    )

    assert becomes(blast_radius(graph, "a")) == ["b"]


def test_blast_radius_includes_a_pull_identity_only_if_its_app_can_be_updated() -> None:
    pull = gives("b-pull", SECRET, "Key Vault Secrets User")
    attached = Resource(
        id=app("b"),
        name="b",
        kind="",
        declared=False,
        properties={"identity": {"userAssignedIdentities": [pull_of("b")]}},
    )
    graph = Graph(
        principals=principals(),
        resources=[attached, *(one for one in resources() if one.id != app("b"))],
        assignments=[
            pull,
            gives("a", app("b"), ["Microsoft.App/containerApps/exec/action"], data=True),
            gives("c", app("b"), ["Microsoft.App/containerApps/write"]),
        ],
    )

    assert [(one, blast_radius(graph, one).secrets) for one in AGENTS] == [
        ("a", ()),
        ("b", ()),
        ("c", ("signing-key",)),
    ]
    assert becomes(blast_radius(graph, "c")) == ["b"]


def test_blast_radius_of_rights_to_keys_cosmos_roles_or_access_policies_includes_the_data() -> None:
    keys = gives("a", ACCOUNT, "Reader and Data Access")
    assert blast_radius(graph_of(keys), "a").destroys == ()
    assert {"uploads", "reports"} <= set(blast_radius(graph_of(keys, keys=True), "a").destroys)

    cosmos = gives("a", COSMOS, ["Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write"])
    assert "items" in blast_radius(graph_of(cosmos), "a").destroys

    vault = gives("a", VAULT, "Key Vault Contributor")
    assert "signing-key" in blast_radius(graph_of(vault, policies=True), "a").secrets


def test_blast_radius_of_a_right_to_assign_roles_includes_all_access_in_the_resource_group() -> None:
    blast = blast_radius(graph_of(gives("a", GROUP, "User Access Administrator")), "a")

    assert set(becomes(blast)) == {"b", "c", "keeper"}
    assert {"uploads", "reports", "items", "done", "images", "signing-key", "models"} <= set(blast.destroys)
    assert "signing-key" in blast.secrets
    assert "models" in blast.models


# Chains.


def test_blast_radius_describes_an_escalation_chain_step_by_step_and_ends_at_a_cycle() -> None:
    exec_in = ["Microsoft.App/containerApps/exec/action"]
    chain = [
        gives("a", app("b"), exec_in, data=True),
        gives("b", JOB, ["Microsoft.App/jobs/write"]),
        gives("c", SECRET, "Key Vault Secrets User"),
    ]
    cycle = gives("c", app("a"), ["Microsoft.App/containerApps/write"])

    for graph in (graph_of(*chain), graph_of(*chain, cycle)):
        blast = blast_radius(graph, "a")
        assert becomes(blast) == ["b", "c"]
        assert blast.becomes[1].how == (
            "a may run commands in the app of b (Custom at 'b'); as b it may update the app of c (Custom at 'c')"
        )
        assert blast.secrets == ("signing-key",)
    assert set(becomes(blast_radius(graph_of(*chain, cycle), "c"))) == {"a", "b"}


def test_blast_radius_marks_an_escalation_as_conditional_unless_another_path_is_unconditional() -> None:
    perhaps = gives("a", GROUP, "Role Based Access Control Administrator", condition=f"{NAME} StringEquals 'uploads'")
    certain = gives("a", app("b"), ["Microsoft.App/containerApps/write"])
    tagged = gives("a", UPLOADS, "Storage Blob Data Contributor", condition="@Request[x:y] StringEquals 'z'")

    doubtful = blast_radius(graph_of(perhaps), "a")
    assert {one.agent: one.conditional for one in doubtful.becomes} == dict.fromkeys(["b", "c", "keeper"], True)
    assert all(each["conditional"] for each in doubtful.document()["becomes"])
    both = {one.agent: one.conditional for one in blast_radius(graph_of(perhaps, certain), "a").becomes}
    assert both == {"b": False, "c": True, "keeper": True}
    held = blast_radius(graph_of(tagged), "a").held["uploads"]
    assert held.conditional == held.operations


def test_operations_forbidden_by_deny_assignment_are_not_in_the_blast_radius() -> None:
    push = gives("a", REGISTRY, "AcrPush")
    no = deny(REGISTRY, Permission(actions=("Microsoft.ContainerRegistry/registries/push/write",)), principals=("a",))

    assert becomes(blast_radius(graph_of(push, denies=(no,)), "a")) == []


# Influence and budget.


def test_blast_radius_lists_influence_only_on_agents_that_read_the_data_type_the_agent_writes() -> None:
    graph = graph_of(
        gives("a", UPLOADS, "Storage Blob Data Contributor"),
        gives("b", UPLOADS, "Storage Blob Data Reader"),
        gives("c", UPLOADS, "Storage Blob Data Reader"),
        gives("c", ACCOUNT, "Storage Queue Data Reader"),
        gives("b", QUEUE, "Azure Service Bus Data Sender"),
        gives("c", QUEUE, "Azure Service Bus Data Receiver"),
    )

    assert {(one.agent, one.through) for one in blast_radius(graph, "a").influences} == {
        ("b", "uploads"),
        ("c", "uploads"),
    }
    assert {(one.agent, one.through) for one in blast_radius(graph, "b").influences} == {("c", "done")}
    assert blast_radius(graph, "c").influences == ()
    assert {one.agent for one in blast_radius(graph, "a").influence_chain} == {"b", "c"}


def test_blast_radius_reports_only_exceeded_budget_limits() -> None:
    graph = graph_of(
        gives("a", VAULT, "Key Vault Secrets User"),
        gives("a", MODELS, "Cognitive Services OpenAI User"),
        gives("a", REGISTRY, "AcrPush"),
    )
    budget = Budget(secrets=1, models=1, identities=0)

    assert blast_radius(graph, "a", budget=budget).over_budget == (
        "secrets: 2, and its budget allows 1",
        "identities: 2, and its budget allows 0",
    )
    assert blast_radius(graph, "a").over_budget == ()
    assert every_blast_radius(graph, {"a": budget, "gone": Budget(resources=0)})["gone"].over_budget == ()


# In general.

_ROLES = [
    "AcrPush",
    "Contributor",
    "Owner",
    "Reader",
    "Storage Blob Data Contributor",
    "Storage Blob Data Reader",
    "Managed Identity Operator",
    "Key Vault Contributor",
    "Storage Account Key Operator Service Role",
    "Azure Service Bus Data Owner",
]
_GIVEN = st.builds(
    gives,
    st.sampled_from([*AGENTS, "b-pull", "keeper"]),
    st.sampled_from([GROUP, ACCOUNT, UPLOADS, REGISTRY, VAULT, IDENTITY, QUEUE, *map(app, AGENTS)]),
    st.sampled_from(_ROLES),
    condition=st.sampled_from([None, None, f"{NAME} StringEquals 'uploads'"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_GIVEN, max_size=4, unique_by=lambda one: one.id), _GIVEN, st.booleans())
def test_adding_a_role_assignment_never_shrinks_a_blast_radius(
    before: list[Assignment],
    more: Assignment,
    keys: bool,  # noqa: FBT001
) -> None:
    less = every_blast_radius(graph_of(*before, keys=keys, policies=keys), {})
    after = every_blast_radius(
        graph_of(*{one.id: one for one in (*before, more)}.values(), keys=keys, policies=keys), {}
    )

    for agent, blast in less.items():
        grown = after[agent]
        assert {*becomes(blast)} <= {*becomes(grown)}
        for name, held in blast.held.items():
            assert held.operations <= grown.held[name].operations
            assert held.operations - held.conditional <= grown.held[name].operations - grown.held[name].conditional
        for of in ("operations", "secrets", "models", "destroys"):
            assert set(getattr(blast, of)) <= set(getattr(grown, of))
        for of in ("influences", "influenced_by"):
            pairs = {(one.agent, one.through) for one in getattr(blast, of)}
            assert pairs <= {(one.agent, one.through) for one in getattr(grown, of)}


def test_blast_radii_of_a_thousand_agents_list_all_their_influences() -> None:
    count = 1000
    own = [Principal(id=f"p{number}", name=f"n{number}", agent=f"agent{number}") for number in range(count)]
    containers = [f"{ACCOUNT}{number}/blobServices/default/containers/c" for number in range(count)]
    held = [
        gives(f"p{number}", containers[(number + offset) % count], f"Storage Blob Data {role}")
        for number in range(count)
        for offset, role in enumerate(["Contributor", "Reader", "Reader", "Reader"])
    ]
    graph = Graph(principals=own, resources=map(resource, containers), assignments=held)

    found = {name: one.document() for name, one in every_blast_radius(graph, {}).items()}

    assert all(len(one["influences"]) == len(one["influenced_by"]) == 3 for one in found.values())
