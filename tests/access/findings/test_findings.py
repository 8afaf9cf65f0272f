"""Tests of every finding rule on a broken network, and on the same network fixed."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from access.azure.catalogue import Permission, Role
from access.findings import RULES
from access.findings.rules import applications
from access.model.actors import Actor
from access.model.graph import Principal, Resource, Unread
from access.model.property_difference import PropertyDifference
from tests.access.findings.small import (
    ACCOUNT,
    APP,
    ASSISTANT,
    BUS,
    CLUSTER,
    DONE,
    FOUNDRY,
    GROUP,
    IDENTITY,
    OTHER_ACCOUNT,
    PARTED,
    PUBLISHER,
    PULL,
    READ,
    REGISTRY,
    REPORTS,
    SECOND,
    SMALL,
    UNPUBLISHED,
    WRITE,
    World,
    access,
    app,
    custom,
    held,
    resource,
    variables,
)

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
TAGS = f"((!(ActionMatches{{'{BLOBS}/tags/write'}})) OR (@Resource[{BLOBS}:path] StringLike 'a*'))"
PATHS = f"@Resource[{BLOBS}:path] StringStartsWith 'in/'"
GUARDED = " AND ".join(
    f"!(ActionMatches{{'{BLOBS}/{each}'}})" for each in ("read", "write", "delete", "add/action", "move/action")
)
ONLY_IN = f"(({GUARDED}) OR ({PATHS}))"
SEND = "Azure Service Bus Data Sender"
ATTACHED = {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}
BOTH = Principal(id="both", name="both", agent="report", other_agents=("second",), owner=IDENTITY)
HUMAN = Principal(id="human", name="jane", purpose="other")
APART = [{"apart": [{"resource": "reports", "verb": "read"}, {"resource": "done", "verb": "send"}], "line": 20}]


def on_foundry(*, tools: Sequence[str] = (), existing: bool = False) -> World:
    """Return the small network with its agent on Foundry."""
    agent = SMALL.declared["agents"]["report"]
    project: dict[str, Any] = {"kind": "foundry-project", "line": 31, "existing": existing}
    project["tools"] = [{"name": f"{one}-server", "resource": one} for one in tools]
    moved = {**agent, "host": "foundry", "project": "research", "identity": "per-agent"}
    # Foundry pulls no image; another agent does.
    puller = {"line": 16, "image": "second", "image_tag": "1.2.0", "access": []}
    pulls = replace(PULL, agent="second", name="second-pull")
    return SMALL.having(pulls).declaring(agents={"report": moved, "second": puller}, hosts={"research": project})


def serving(version: str) -> World:
    """Return the small network with its agent on Foundry, whose endpoint serves a version."""
    selector = {"version_selection_rules": [{"agent_version": version}]}
    endpoint = {"agent_endpoint": {"version_selector": selector}}
    found = resource(f"{FOUNDRY}/projects/research/agents/report", "foundry-agent", properties=endpoint)
    world = on_foundry(existing=True).having(found)
    agents = world.declared["agents"]
    return world.declaring(agents={**agents, "report": {**agents["report"], "version": "1"}})


KEY = base64.b64encode(bytes(range(64))).decode()
OPEN = {"ingress": {"external": True}}
LISTED = {
    "ingress": {"external": True, "ipSecurityRestrictions": [{"action": "Allow", "ipAddressRange": "203.0.113.0/24"}]}
}
AUTHENTICATED = SMALL.declaring(agents={"report": SMALL.declared["agents"]["report"] | {"callable": True}})
RESOURCES = SMALL.declared["resources"]
RBAC = "Role Based Access Control Administrator"


def trusting(name: str, account: str) -> Resource:
    """Return a federated credential of the identity for a Kubernetes service account."""
    subject = f"system:serviceaccount:{account}"
    return resource(f"{IDENTITY}/federatedIdentityCredentials/{name}", properties={"subject": subject})


def cluster(*, local: bool = False, **profile: Any) -> Resource:  # noqa: ANN401
    properties = {"apiServerAccessProfile": profile, "disableLocalAccounts": not local}
    return resource(CLUSTER, properties=properties, local_auth=local)


def image(tag: str) -> World:
    template = {"containers": [{"name": "main", "image": f"images.azurecr.io/report{tag}"}]}
    return SMALL.having(app(template=template)).with_settings(production=True)


WORKFLOW = Actor(
    subject="repo:x/y", target="own", kind="credential", reason="a credential", location="ci", account="repo:x/y"
)

ADMINISTRATORS = replace(WORKFLOW, kind="administrator", target=cluster().id)


def model(**facts: str) -> World:
    """Return the network with a model deployment and the facts of the table about its model."""
    named = {"owner": "models", "deployment": "small", "model": "gpt", "version": "1", "line": 18}
    known = {"sku": "Standard", "region": "westeurope", "table": "2026-05-01", "lifecycle": "GA"}
    return SMALL.declaring(models=[{**named, **known, "availability": "available", **facts}])


CLOSED = PropertyDifference(property="publicNetworkAccess", declared="'Enabled'", live="'Disabled'")
SIGNING = f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault/keys/github-app"
CASES: dict[str, tuple[str, World, World]] = {
    "a key for more than signing": (
        "signing-key-permits-more",
        SMALL.having(resource(SIGNING, "key-vault-key", properties={"keyOps": ["sign", "decrypt"]})),
        SMALL.having(resource(SIGNING, "key-vault-key", properties={"keyOps": ["sign"]})),
    ),
    "a wide role on a signing key": (
        "signing-key-role-too-wide",
        SMALL.having(resource(SIGNING, "key-vault-key"), held("Key Vault Crypto User", SIGNING)).without_manifest(),
        SMALL.having(resource(SIGNING, "key-vault-key"), held("Agent Network Key Signer", SIGNING)).without_manifest(),
    ),
    "one identity, two apps": (
        "shared-identity",
        SMALL.having(
            BOTH, app(identity=ATTACHED), app(SECOND, identity={"userAssignedIdentities": {IDENTITY.upper(): {}}})
        ),
        SMALL.having(BOTH, app(identity=ATTACHED), app(SECOND)),
    ),
    "unpublished agents": ("shared-identity", SMALL.having(UNPUBLISHED), SMALL),
    "unpublished agents, as is allowed": (
        "allowed-shared-identity",
        SMALL.having(UNPUBLISHED).declaring(shared_identity="allowed"),
        SMALL.declaring(shared_identity="allowed"),
    ),
    "one identity, two service accounts": (
        "shared-identity",
        SMALL.having(trusting("one", "here:report"), trusting("two", "there:report")),
        SMALL.having(trusting("one", "here:report"), trusting("two", "here:report")),
    ),
    "a workflow can act as the agent": ("foreign-actor", SMALL.having(WORKFLOW), SMALL),
    "a workflow can act as an identity with a role": (
        "foreign-actor",
        SMALL.having(WORKFLOW).without_manifest(),
        SMALL.having(replace(WORKFLOW, target="nobody")).without_manifest(),
    ),
    "a group administers a cluster": (
        "cluster-administrator",
        SMALL.having(cluster(enablePrivateCluster=True), ADMINISTRATORS).without_manifest(),
        SMALL.having(cluster(enablePrivateCluster=True)).without_manifest(),
    ),
    "a cluster open to everybody": (
        "public-access",
        SMALL.having(cluster()),
        SMALL.having(cluster(authorizedIPRanges=["203.0.113.0/24"])),
    ),
    "a cluster with an empty list": (
        "public-access",
        SMALL.having(cluster(authorizedIPRanges=["0.0.0.0/0"])),
        SMALL.having(cluster(enablePrivateCluster=True)),
    ),
    "accounts of a cluster": (
        "local-auth-on",
        SMALL.having(cluster(local=True, enablePrivateCluster=True)),
        SMALL.having(cluster(enablePrivateCluster=True)),
    ),
    "a project reads more": (
        "undeclared-access",
        PARTED.having(held(READ, principal="project")),
        PARTED,
    ),
    "people read data": ("undeclared-access", PARTED.having(held(READ, principal="people")), PARTED),
    "nodes pull for nobody": (
        "undeclared-access",
        PARTED.having(held("AcrPull", REGISTRY, "kubelet")),
        PARTED.having(held("AcrPull", REGISTRY, "kubelet")).declaring(
            agents=PARTED.declared["agents"] | {"second": {"host": "aks", "cluster": "fleet", "line": 40, "access": []}}
        ),
    ),
    "people publish an agent": (
        "privileged-role",
        PARTED.having(held(PUBLISHER, ASSISTANT.id, "people")),
        PARTED,
    ),
    "a call of what is not published": (
        "waiting-access",
        SMALL.declaring_access(
            access("reports", "write", 14),
            access("done", "send", 15),
            access("assistant", "use", 16, waits="assistant is not published here"),
        ),
        SMALL,
    ),
    "a Foundry agent without a tool": (
        "grant-without-tool",
        on_foundry(tools=["done"]),
        on_foundry(tools=["done", "reports"]),
    ),
    "a Foundry agent with a tool for another service": (
        "grant-without-tool",
        on_foundry(tools=["reports", "reports"]),
        on_foundry(existing=True),
    ),
    "a Foundry agent of another version": ("other-agent-version", serving("@latest"), serving("1")),
    "one identity to pull with": (
        "shared-pull-identity",
        SMALL.having(
            Principal(id="pull", name="both", agent="report", purpose="pull", owner=IDENTITY),
            app(identity=ATTACHED),
            app(SECOND, identity=ATTACHED),
        ),
        SMALL.having(PULL, app(identity=ATTACHED)),
    ),
    "an account": ("wide-grant", SMALL.holding(held(WRITE, ACCOUNT)), SMALL),
    "a resource group": ("wide-grant", SMALL.holding(held(WRITE, GROUP)), SMALL),
    "more than the verb": (
        "wide-grant",
        SMALL.holding(
            held(custom(f"{BLOBS}/*/read", f"{BLOBS}/write", f"{BLOBS}/immutableStorage/runAsSuperUser/action"))
        ),
        SMALL.holding(held(custom(f"{BLOBS}/read", f"{BLOBS}/write"))),
    ),
    "all paths": (
        "wide-grant",
        SMALL.declaring_access(access("reports", "write", 14, paths=["in/"]), access("done", "send", 15)),
        SMALL.declaring_access(access("reports", "write", 14, paths=["in/"]), access("done", "send", 15)).holding(
            held(WRITE, condition=ONLY_IN)
        ),
    ),
    "ownership": ("privileged-role", SMALL.holding(held("Storage Blob Data Owner")), SMALL),
    "granting": ("role-granting-role", SMALL.having(held(RBAC)), SMALL),
    "a principal that is deleted or defined elsewhere": (
        "orphaned-assignment",
        SMALL.having(Principal(id="gone", name="gone", exists=False, purpose="other"), held(READ, principal="gone")),
        SMALL,
    ),
    "a principal that nobody knows": ("unknown-principal", SMALL.having(held(READ, principal="who")), SMALL),
    "a role that nobody knows": ("unknown-role", SMALL.having(held(None)), SMALL),
    "twice": ("duplicate-grant", SMALL.having(held(WRITE, id="again")), SMALL),
    "reading in addition to writing": ("redundant-grant", SMALL.having(held(READ)), SMALL),
    "a condition on tags": (
        "condition-that-restricts-nothing",
        SMALL.holding(held(WRITE, condition=TAGS.replace("tags/write", "filter/action"))),
        SMALL.holding(held(WRITE, condition=ONLY_IN)),
    ),
    "a condition on writing and not on adding": (
        "half-guarded-condition",
        SMALL.holding(held(WRITE, condition=ONLY_IN.replace(f" AND !(ActionMatches{{'{BLOBS}/add/action'}})", ""))),
        SMALL.holding(held(WRITE, condition=ONLY_IN)),
    ),
    "an account key": (
        "credential-in-plain-sight",
        SMALL.having(app(template=variables(STORE=f"AccountName=acc;AccountKey={KEY}"))),
        SMALL.having(app(template=variables(STORE="https://acc.blob.core.windows.net/"))),
    ),
    "a secret in the app": (
        "credential-in-plain-sight",
        SMALL.having(app(configuration={"secrets": [{"name": "signing", "value": "something"}]})),
        SMALL.having(
            app(configuration={"secrets": [{"name": "signing", "keyVaultUrl": "https://v", "identity": "system"}]})
        ),
    ),
    "a key in an output": (
        "credential-in-plain-sight",
        SMALL.with_settings(texts={"output connection": f"Endpoint=sb://x;SharedAccessKey={KEY[:43]}="}),
        SMALL.with_settings(texts={"output connection": "sb://x"}),
    ),
    "keys of an account": (
        "local-auth-on",
        SMALL.having(resource(ACCOUNT, local_auth=True), resource(REPORTS, "blob-container", local_auth=True)),
        SMALL,
    ),
    "a public container": (
        "public-access",
        SMALL.having(resource(REPORTS, "blob-container", properties={"publicAccess": "Blob"})),
        SMALL.having(
            resource(REPORTS, "blob-container", properties={"publicAccess": "Blob"}),
            resource(ACCOUNT, properties={"allowBlobPublicAccess": False}),
        ),
    ),
    "an open registry": (
        "public-access",
        SMALL.having(resource(REGISTRY, "image-registry", properties={"properties": {"anonymousPullEnabled": True}})),
        SMALL.having(resource(REGISTRY, "image-registry", properties={"anonymousPullEnabled": False})),
    ),
    "an open app": (
        "public-access",
        AUTHENTICATED.having(app(configuration=OPEN)),
        AUTHENTICATED.having(app(configuration=LISTED)),
    ),
    "ingress without a token": (
        "unauthenticated-ingress",
        SMALL.having(app(configuration=LISTED)),
        AUTHENTICATED.having(app(configuration=LISTED)),
    ),
    "a resource that a policy closed": (
        "changed-property",
        SMALL.having(resource(ACCOUNT, differences=(CLOSED,))),
        SMALL,
    ),
    "latest": ("mutable-image-tag", image(":latest"), image(":1.2.0")),
    "no tag": ("mutable-image-tag", image(""), image("@sha256:" + "0" * 64)),
    "a branch": ("mutable-image-tag", image(":main"), image(":main").with_settings(production=False)),
    "an update whose revision failed": (
        "unready-revision",
        SMALL.having(app(latestRevisionName="report--2", latestReadyRevisionName="report--1")),
        SMALL.having(app(latestRevisionName="report--2", latestReadyRevisionName="report--2")),
    ),
    "an app that never became ready": (
        "unready-revision",
        SMALL.having(app(latestRevisionName="report--1", latestReadyRevisionName="")).without_manifest(),
        SMALL.having(app()).without_manifest(),
    ),
    "something unread": ("unread", SMALL.having(Unread("urn:x", "its template is not read")), SMALL),
    "an account that local Azure has not seen": (
        "not-seen-here",
        SMALL.having(resource(OTHER_ACCOUNT, unseen=True)),
        SMALL.having(resource(OTHER_ACCOUNT)),
    ),
    "a verb more": (
        "undeclared-access",
        SMALL.having(held("Azure Service Bus Data Receiver", DONE)),
        SMALL.having(held("Azure Service Bus Data Receiver", DONE)).declaring_access(
            access("reports", "write", 14), access("done", "send", 15), access("done", "receive", 16)
        ),
    ),
    "a resource of nobody's": (
        "undeclared-access",
        SMALL.having(resource(OTHER_ACCOUNT), held(READ, OTHER_ACCOUNT)),
        SMALL.having(resource(OTHER_ACCOUNT)),
    ),
    "nothing declared": (
        "undeclared-access",
        SMALL.declaring_access(access("reports", "write", 14)),
        SMALL,
    ),
    "a human": ("stranger", SMALL.having(HUMAN, held(READ, principal="human")), SMALL.having(HUMAN)),
    "an owner of the whole network": (
        "privileged-stranger",
        SMALL.having(HUMAN, held("Owner", GROUP, "human")),
        SMALL.having(HUMAN),
    ),
    "both sides": (
        "separation-of-duties",
        SMALL.declaring(separation=APART),  # it may write, and so may read
        SMALL.declaring(separation=APART)
        .holding(held(custom(f"{BLOBS}/write")))
        .declaring_access(access("reports", "write", 14), access("done", "send", 15)),
    ),
    "over budget": (
        "over-budget",
        SMALL.with_settings(over_budget={"report": ["secrets: 1 of 0"]}),
        SMALL.with_settings(over_budget={"report": []}),
    ),
    "unused": (
        "unused-resource",
        SMALL.declaring(resources=RESOURCES | {"documents": {"kind": "blob-container", "line": 10}}),
        SMALL,
    ),
    "a role by name": (
        "escape-hatch-role",
        SMALL.declaring_access(access("reports", None, 14, role=WRITE, because="a test"), access("done", "send", 15)),
        SMALL,
    ),
    "a model that is gone": ("retired-model", model(retires="2026-06-01"), model(retires="2028-06-01")),
    "a model that goes": ("retiring-model", model(lifecycle="Deprecated"), model(lifecycle="Legacy")),
    "a model that is elsewhere": ("unavailable-model", model(availability="unavailable"), model()),
    "a new model": ("unknown-model", model(lifecycle="", availability=""), model()),
}


def test_access_check_of_a_correct_small_network_has_no_finding() -> None:
    assert SMALL.ids() == []


@pytest.mark.parametrize(("rule", "broken", "fixed"), CASES.values(), ids=CASES)
def test_each_finding_rule_reports_its_broken_network_and_not_the_fixed_one(
    rule: str, broken: World, fixed: World
) -> None:
    (found,) = broken.findings()

    assert (found.rule.id, fixed.ids()) == (rule, [])
    assert found.location
    assert found.what[-1] != "."


def test_every_finding_rule_except_those_about_exceptions_and_applications_has_a_test_case() -> None:
    tested_elsewhere = {"expired-exception", "unused-exception", "unknown-finding"}
    tested_elsewhere |= {rule.id for rule in applications.RULES}

    assert {rule for rule, _, _ in CASES.values()} == {rule.id for rule in RULES} - tested_elsewhere


def test_findings_name_the_network_yaml_line_that_declares_their_subject() -> None:
    places = {name: case[1].findings()[0].location for name, case in CASES.items()}

    assert places["ownership"] == places["all paths"] == places["a role by name"] == "network.yaml:14"
    assert places["over budget"] == places["an open app"] == "network.yaml:12"
    assert places["unused"] == "network.yaml:10"
    assert places["both sides"] == "network.yaml:20"
    assert places["a public container"] == "network.yaml:5"


def test_access_check_reports_a_condition_on_blob_tag_operations_only_as_restricting_nothing() -> None:
    baseline = (
        f"((!(ActionMatches{{'{BLOBS}/tags/write'}}) AND !(ActionMatches{{'{BLOBS}/tags/read'}})) "
        f"OR (@Resource[{BLOBS}/tags:Project<$key_case_sensitive$>] StringEquals 'Cascade'))"
    )
    found = SMALL.holding(held("Storage Blob Data Owner", ACCOUNT, condition=baseline)).findings()

    assert {each.rule.id for each in found} == {"condition-that-restricts-nothing", "privileged-role", "wide-grant"}
    assert "blobs/tags/write" in next(each.what for each in found if each.rule.id.startswith("condition"))


def test_access_check_reports_owner_as_privileged_and_role_granting_and_reader_on_a_group_as_wide() -> None:
    assert set(SMALL.having(held("Owner")).ids()) >= {"privileged-role", "role-granting-role"}
    assert SMALL.having(held("Reader", GROUP)).ids() == ["wide-grant"]


def test_separation_of_duties_finding_uses_effective_access_not_declared_access() -> None:
    writes = SMALL.declaring(separation=APART).declaring_access(
        access("reports", "write", 14), access("done", "send", 15)
    )
    deletes = Role("d", "Deletes", (Permission(data_actions=(f"{BLOBS}/delete",)),))

    assert "separation-of-duties" in writes.ids()
    assert "separation-of-duties" not in writes.holding(held(deletes)).ids()


def test_access_check_reports_access_through_keys_as_undeclared_access() -> None:
    lists = Role(
        "k", "Lists", (Permission(actions=("Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action",)),)
    )
    world = SMALL.having(resource(BUS, local_auth=True), held(lists, BUS))

    assert {"local-auth-on", "privileged-role", "undeclared-access"} <= set(world.ids())


def test_access_check_reports_findings_of_a_graph_without_network_yaml() -> None:
    from access.findings import check  # noqa: PLC0415
    from tests.access.findings.small import TODAY  # noqa: PLC0415

    world = SMALL.holding(held(WRITE, ACCOUNT)).having(app(configuration=OPEN))
    found = check(world.graph(), today=TODAY)

    assert [each.rule.id for each in found] == ["public-access", "unauthenticated-ingress", "wide-grant"]
    assert found[0].location == APP


def test_findings_are_sorted_by_severity_and_line_number() -> None:
    resources = RESOURCES | {name: {"kind": "blob-container", "line": line} for name, line in (("a", 100), ("b", 9))}
    world = SMALL.declaring(resources=resources).having(held(RBAC))

    assert [each.location for each in world.findings()] == ["network.yaml:14", "network.yaml:9", "network.yaml:100"]


def test_role_at_a_part_of_a_resource_without_declared_access_is_reported_as_undeclared_access() -> None:
    part = f"{REPORTS}/blobs/x"

    assert SMALL.declaring_access(access("done", "send", 15)).holding(held(READ, part)).ids()[0] == "undeclared-access"
