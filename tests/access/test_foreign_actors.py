"""Tests that everything that can act as an identity of the network is its own, or is reported by each question."""

import copy
import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from access.findings import check
from access.model.graph import Graph
from access.questions.blast_radius import every_blast_radius
from access.questions.diff import difference
from access.questions.proof import prove
from access.readers import export, local, pack, preview
from localazure.arm.world import Resource
from localazure.deployment import state_file
from localazure.run import RunResult
from tests import fabrikam as fabrikam_files
from tests.access import fabrikam
from tests.access.readers.programs import UNKNOWN
from tests.access.readers.sources import deployed, every_graph, exported, previewed, printed, rows, shown
from tests.projects import write_project

Row = dict[str, Any]
Attack = Callable[[list[Row]], Row]

DECLARED = fabrikam.declared()
GITHUB = "https://token.actions.githubusercontent.com"
NAMESPACE = {"namespace": "fabrikam-notifier-dev"}
GROUP_ID = "99999999-9999-4999-8999-999999999999"
READERS: dict[str, Callable[[list[Row]], Graph]] = {
    "export": lambda resources: export.read(exported(resources)),
    "preview": lambda resources: preview.read(previewed(resources)),
    "pack": lambda resources: pack.read(shown(resources)),
}


@cache
def network() -> tuple[RunResult, Graph]:
    return deployed(fabrikam_files.network(), fabrikam_files.environment("dev"), "dev")


def resources() -> list[Row]:
    return copy.deepcopy(rows(network()[0]))


def one(found: list[Row], kind: str, name: str) -> Row:
    return next(row for row in found if row["type"].endswith(kind) and row["urn"].endswith(f"::{name}"))


def new(found: list[Row], kind: str, name: str, where: str = "", **inputs: Any) -> Row:  # noqa: ANN401
    """Return a resource that the program adds outside the network's components."""
    stack = found[0]["urn"].split("::")
    return {
        "urn": f"{stack[0]}::{stack[1]}::{kind}::{name}",
        "type": kind,
        "custom": True,
        "id": where,
        "inputs": inputs,
        "outputs": dict(inputs),
    }


def credential(identity: str, subject: str, issuer: str | None = None) -> Attack:
    """Return an attack by a federated credential; without an issuer, with that of the network's own credential."""

    def attack(found: list[Row]) -> Row:
        own = one(found, ":FederatedIdentityCredential", "notifier-is-its-service-account")
        target = one(found, ":UserAssignedIdentity", identity)
        return new(
            found,
            "azure-native:managedidentity:FederatedIdentityCredential",
            "evil",
            f"{target['id']}/federatedIdentityCredentials/evil",
            resourceName=target["inputs"]["resourceName"],
            resourceGroupName=target["inputs"]["resourceGroupName"],
            federatedIdentityCredentialResourceName="evil",
            issuer=issuer or own["outputs"]["issuer"],
            subject=subject,
        )

    return attack


def host(path: str, kind: str, identity: str = "notifier", place: str = "identity") -> Attack:
    """Return an attack by another resource that has an identity of the network."""

    def attack(found: list[Row]) -> Row:
        target = one(found, ":UserAssignedIdentity", identity)["id"]
        group = target.partition("/providers/")[0]
        block = {"type": "UserAssigned", "userAssignedIdentities": [target]}
        inputs: Row = block if place == "identity" else {"type": "ManagedIdentity", "resourceId": target.upper()}
        evil = new(found, kind, "evil", f"{group}/providers/{path}/evil", **{place: inputs})
        return evil | {"propertyDependencies": {"identity": [one(found, ":UserAssignedIdentity", identity)["urn"]]}}

    return attack


def pods(kind: str, spec: Callable[[Row], Row]) -> Attack:
    """Return an attack by an object of the cluster whose pods run under the notifier's service account."""

    def attack(found: list[Row]) -> Row:
        pod = {"serviceAccountName": "notifier", "containers": [{"name": "evil", "image": "evil.example/evil"}]}
        metadata = {"name": "evil", **NAMESPACE}
        return new(found, f"kubernetes:{kind}", "evil", "evil", metadata=metadata, spec=spec(pod))

    return attack


def binding(role: str, kind: str = "ClusterRoleBinding", subject: Row | None = None) -> Attack:
    """Return an attack by a role binding in the cluster."""

    def attack(found: list[Row]) -> Row:
        return new(
            found,
            f"kubernetes:rbac.authorization.k8s.io/v1:{kind}",
            "evil",
            "evil",
            metadata={"name": "evil", **NAMESPACE},
            roleRef={"kind": "ClusterRole", "name": role},
            subjects=[subject or {"kind": "Group", "name": GROUP_ID}],
        )

    return attack


def administrators(found: list[Row]) -> Row:
    cluster = one(found, ":ManagedCluster", "fleet")
    found.remove(cluster)
    for values in (cluster["inputs"], cluster["outputs"]):
        values["aadProfile"] = {"managed": True, "enableAzureRBAC": True, "adminGroupObjectIDs": [GROUP_ID]}
    return cluster


SUBJECT = "system:serviceaccount:fabrikam-notifier-dev:notifier"
ATTACKS: dict[str, Attack] = {
    "credential for a workflow": credential("notifier", "repo:evil/evil:ref:refs/heads/main", GITHUB),
    "credential of another issuer for the agent's subject": credential("notifier", SUBJECT, "https://evil.example"),
    "credential for another service account": credential("notifier", "system:serviceaccount:other:notifier"),
    "credential of a pull identity": credential("analysis-pull", "repo:evil/evil:environment:x", GITHUB),
    "credential of a pull identity for the notifier's pods": credential("analysis-pull", SUBJECT),
    "container app": host("Microsoft.App/containerApps", "azure-native:app:ContainerApp"),
    "virtual machine": host("Microsoft.Compute/virtualMachines", "azure-native:compute:VirtualMachine"),
    "deployment script": host("Microsoft.Resources/deploymentScripts", "azure-native:resources:AzureCliScript"),
    "type that does not exist yet": host("Microsoft.New/things", "azure-native:new/v20270101:Thing"),
    "host with a pull identity": host("Microsoft.Batch/batchAccounts", "azure-native:batch:Account", "report-pull"),
    "resource that names the identity elsewhere": host(
        "Microsoft.DataFactory/factories/f/credentials", "azure-native:datafactory:Credential", place="typeProperties"
    ),
    "resource of another provider": host("Microsoft.Web/sites", "azurerm:index/app:App", place="properties"),
    "deployment under its service account": pods("apps/v1:Deployment", lambda pod: {"template": {"spec": pod}}),
    "pod under its service account": pods("core/v1:Pod", lambda pod: pod),
    "cron job under its service account": pods(
        "batch/v1:CronJob", lambda pod: {"jobTemplate": {"spec": {"template": {"spec": pod}}}}
    ),
    "custom resource under its service account": pods("argoproj.io/v1:Workflow", lambda pod: {"templates": [pod]}),
    "group that is cluster-admin": binding("cluster-admin"),
    "group that may edit the agent's namespace": binding("edit", "RoleBinding"),
    "agent that is cluster-admin": binding(
        "cluster-admin", "ClusterRoleBinding", {"kind": "ServiceAccount", "name": "notifier", **NAMESPACE}
    ),
    "group of cluster administrators": administrators,
}


def attacked(attack: str, source: str) -> Graph:
    found = resources()
    return READERS[source]([*found, ATTACKS[attack](found)])


@pytest.mark.parametrize("source", ["world", "document", "export", "preview", "pack"])
def test_fabrikam_network_has_no_foreign_actor_in_any_source(source: str) -> None:
    graph = every_graph(*network())[source]

    assert foreign_actors(graph) == ()
    assert {each.kind for each in graph.actors} == {"credential", "host", "pod"}


@pytest.mark.parametrize(
    ("attack", "source"),
    [
        *((attack, "export") for attack in ATTACKS),
        ("credential for a workflow", "pack"),
        ("credential of another issuer for the agent's subject", "preview"),
        ("virtual machine", "preview"),
        ("pod under its service account", "preview"),
        ("group of cluster administrators", "preview"),
    ],
)
def test_foreign_actor_that_can_act_as_a_network_identity_fails_proof_and_check_and_is_growth(
    attack: str, source: str
) -> None:
    before, after = READERS[source](resources()), attacked(attack, source)

    (actor, *_) = foreign_actors(after)
    sentence = actor_sentence(after, actor)
    assert any(sentence in failure.what and failure.grows for failure in prove(after, DECLARED).failures)
    today = date(2026, 11, 28)
    old = {each.what for each in check(before, DECLARED, today=today) if each.rule.severity == "error"}
    new_errors = [each for each in check(after, DECLARED, today=today) if each.rule.severity == "error"]
    assert sentence in {each.what for each in new_errors if each.what not in old}
    found = difference(before, after)
    assert found.grows
    assert any("act as" in str(change) for change in found.changes if change.grows)
    assert not difference(after, before).grows


def test_access_diff_names_the_workflow_that_can_act_as_an_agent() -> None:
    before, after = READERS["export"](resources()), attacked("credential for a workflow", "export")

    assert [str(change) for change in difference(before, after).changes] == [
        "+ repo:evil/evil:ref:refs/heads/main can act as notifier"
    ]


def test_federated_credential_of_unknown_issuer_is_reported_as_perhaps_a_foreign_actor() -> None:
    found = resources()
    evil = ATTACKS["credential of another issuer for the agent's subject"](found)
    evil["inputs"]["issuer"] = UNKNOWN

    (actor,) = foreign_actors(READERS["preview"]([*found, evil]))

    assert not actor.certain
    assert "can perhaps act as notifier" in actor_sentence(READERS["preview"]([*found, evil]), actor)


def test_declared_aks_administrators_are_growth_in_a_diff_but_fail_neither_proof_nor_check(tmp_path: Path) -> None:
    environment = fabrikam_files.environment("dev")
    environment["clusters"]["fleet"]["admins"] = [GROUP_ID]
    write_project(tmp_path, fabrikam_files.network(), environment, "dev")
    after = deployed(fabrikam_files.network(), environment, "dev")[1]
    declared = fabrikam.declared("dev", tmp_path)

    assert declared.administrators == {"fleet": (GROUP_ID,)}
    assert prove(after, declared).holds
    assert not [each for each in check(after, declared, today=date(2026, 11, 28)) if each.rule.severity == "error"]
    changes = [str(change) for change in difference(local.read(printed(network()[0])), after).changes if change.grows]
    assert changes == [f"+ group {GROUP_ID} can act as every agent in cluster 'fleet'"]


def test_administrators_of_an_existing_aks_cluster_can_be_declared_with_no_other_setting(tmp_path: Path) -> None:
    described, environment = fabrikam_files.network(), fabrikam_files.environment("dev")
    described["hosts"]["fleet"] = {"kind": "aks-cluster", "cluster": "fabrikam-fleet", "existing": True}
    environment["clusters"]["fleet"] = {"admins": [GROUP_ID]}
    write_project(tmp_path, described, environment, "dev")

    assert fabrikam.declared("dev", tmp_path).administrators == {"fleet": (GROUP_ID,)}


def test_agent_that_is_cluster_admin_of_its_aks_cluster_is_a_foreign_actor() -> None:
    graph = attacked("agent that is cluster-admin", "export")

    (actor,) = foreign_actors(graph)

    assert actor.agent == "notifier"
    assert every_blast_radius(graph, {})["notifier"] is not None


def test_agent_that_is_cluster_admin_takes_over_every_agent_of_its_cluster_in_the_blast_radius() -> None:
    described = fabrikam_files.network()
    described["agents"]["courier"] = {**described["agents"]["notifier"], "access": {"review-done": "receive"}}
    found = json.loads(json.dumps(rows(deployed(described, fabrikam_files.environment("dev"), "dev")[0])))
    evil = ATTACKS["agent that is cluster-admin"](found)

    before, after = (every_blast_radius(READERS["export"]([*found, *more]), {}) for more in ([], [evil]))

    (taken,) = after["notifier"].becomes
    assert (taken.agent, "cluster-admin" in taken.how, taken.conditional) == ("courier", True, False)
    assert before["notifier"].becomes == after["courier"].becomes == ()


@pytest.mark.parametrize("attack", ["credential for a workflow", "group of cluster administrators", "virtual machine"])
def test_blast_radius_names_foreign_actors_that_can_act_as_the_agent(attack: str) -> None:
    graph = attacked(attack, "export")
    sentence = actor_sentence(graph, foreign_actors(graph)[0])

    assert sentence in every_blast_radius(graph, {})["notifier"].document()["notes"]
    assert "notes" not in every_blast_radius(READERS["export"](resources()), {})["notifier"].document()


@pytest.mark.parametrize("own", [True, False])
def test_outside_app_with_the_name_of_an_agent_fails_the_proof_only_if_it_has_access(*, own: bool) -> None:
    found = resources()
    group = one(found, ":ContainerApp", "analysis")["id"].partition("/providers/")[0]
    where = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs"
    identity = (
        {"type": "SystemAssigned", "principalId": GROUP_ID}
        if own
        else {"type": "UserAssigned", "userAssignedIdentities": {where: {"principalId": GROUP_ID}}}
    )
    path = f"{group}/providers/Microsoft.App/containerApps/analysis"
    app = new(found, "azure-native:app:ContainerApp", "analysis", path, identity=identity)
    (grant, *_) = (row for row in found if row["type"].endswith(":RoleAssignment") and "code-uploads" in row["urn"])
    inputs = {**grant["inputs"], "principalId": GROUP_ID}
    theirs = new(found, grant["type"], "theirs", f"{grant['id']}-too", **inputs)

    alone, with_access = (READERS["export"]([*found, *more]) for more in ([app], [app, theirs]))

    assert prove(alone, DECLARED).holds
    assert not difference(READERS["export"](found), alone).grows
    (failure,) = prove(with_access, DECLARED).failures
    assert "not in the network and has access to code-uploads" in failure.what
    assert difference(alone, with_access).grows


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]}, []),
        ({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "create"]}]}, [True]),
        ({"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]}, [True]),
        ({"rules": [{"apiGroups": [""], "resources": ["pods/log", "*/status"], "verbs": ["get"]}]}, []),
        ({"rules": [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["get"]}]}, [True]),
        ({"rules": [{"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]}]}, [True]),
        ({"rules": [{"apiGroups": [""], "resources": ["pods/*"], "verbs": ["get"]}]}, [True]),
        ({"rules": [{"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["impersonate"]}]}, [True]),
        ({"rules": UNKNOWN}, [False]),
        ({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": UNKNOWN}]}, [False]),
        ({"aggregationRule": {"clusterRoleSelectors": []}}, [False]),
        (None, [False]),
    ],
)
def test_subject_of_an_aks_cluster_role_binding_is_a_foreign_actor_unless_its_role_only_reads_pods(
    role: Row | None, expected: list[bool]
) -> None:
    found = resources()
    kind = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
    roles = [new(found, kind, "own", "own", metadata={"name": "own"}, **role)] if role else []

    graph = READERS["export"]([*found, *roles, binding("own")(found)])

    assert [each.certain for each in foreign_actors(graph)] == expected


def test_view_role_binding_in_aks_is_not_a_foreign_actor() -> None:
    found = resources()

    graph = READERS["export"]([*found, binding("view")(found)])

    assert foreign_actors(graph) == ()
    assert prove(graph, DECLARED).holds


@pytest.mark.parametrize("labels", [{"rbac.authorization.k8s.io/aggregate-to-view": "true"}, UNKNOWN])
def test_view_role_binding_in_aks_is_a_foreign_actor_where_another_role_adds_rules_to_view(labels: object) -> None:
    found = resources()
    rules = [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}]
    kind = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
    more = new(found, kind, "more", "more", metadata={"name": "more", "labels": labels}, rules=rules)

    graph = READERS["export"]([*found, more, binding("view")(found)])

    assert len(foreign_actors(graph)) == 1
    assert not prove(graph, DECLARED).holds


@pytest.mark.parametrize(
    "kind", ["kubernetes:core/v1:PodList", "kubernetes:helm.sh/v3:Release", "azure-native:sql:Server"]
)
def test_resource_of_an_unread_type_outside_the_program_in_local_azure_is_reported_and_fails_the_proof(
    kind: str, tmp_path: Path
) -> None:
    result = network()[0]
    group = one(resources(), "ContainerApp", "ingestion")["id"].rpartition("/providers/")[0]
    world = result.world.copy()
    world.put(Resource(id=f"{group}/providers/Contoso.Things/things/other", token=kind, inputs={}, outputs={}))
    path = tmp_path / "world.json"
    state_file.save(path, world, result.records)

    graph = local.read_world(path)

    assert [each.where for each in graph.unread] == [f"{group}/providers/Contoso.Things/things/other"]
    assert not prove(graph, DECLARED).holds
