"""Generated programs with one way into the network, which is always reported, and programs without any."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from access.findings import check
from access.model.graph import Graph
from access.questions.diff import difference
from access.questions.proof import prove
from tests.access import fabrikam
from tests.access.test_foreign_actors import READERS, SUBJECT, new, one, resources
from tests.derandomized import derandomized

Row = dict[str, Any]
DECLARED = fabrikam.declared()
FOUND = resources()
BEFORE = READERS["export"](FOUND)
OWN_ISSUER = one(FOUND, ":FederatedIdentityCredential", "notifier-is-its-service-account")["outputs"]["issuer"]
IDENTITIES = ("notifier", "analysis-pull", "ingestion-pull", "report-pull", "security-scanner-pull")
OWN_NAMESPACE = SUBJECT.split(":")[2]

names = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)
identities = st.sampled_from(IDENTITIES)
subjects = st.one_of(
    st.just(SUBJECT),
    st.builds("repo:{}/{}:environment:{}".format, names, names, names),
    st.builds("system:serviceaccount:{}:{}".format, st.one_of(st.just(OWN_NAMESPACE), names), names),
)
issuers = st.one_of(st.just(OWN_ISSUER), st.builds("https://{}.example/{}".format, names, names))
few = derandomized(25)


def id_of(identity: str) -> str:
    return one(FOUND, ":UserAssignedIdentity", identity)["id"]


def nested(value: object, keys: list[str]) -> object:
    for each in keys:
        value = {each: [value]}
    return value


@st.composite
def credentials(draw: st.DrawFn) -> Row:
    identity, subject, issuer = draw(identities), draw(subjects), draw(issuers)
    if (identity, subject, issuer) == ("notifier", SUBJECT, OWN_ISSUER):
        identity = "analysis-pull"
    kind = "azure-native:managedidentity:FederatedIdentityCredential"
    where = f"{id_of(identity)}/federatedIdentityCredentials/x"
    return new(FOUND, kind, "x", where, subject=subject, issuer=issuer)


@st.composite
def hosts(draw: st.DrawFn) -> Row:
    """Return a resource of any provider and type with an identity of the network at any place in its properties."""
    identity, provider, kind = (draw(each) for each in (identities, names, names))
    spelling = draw(st.sampled_from([str.lower, str.upper, str]))(id_of(identity))
    group = id_of(identity).partition("/providers/")[0]
    token = draw(st.sampled_from(["azure-native:{}:{}", "azure-native:{}/v20990101:{}", "azurerm:{}/x:{}"]))
    place = draw(st.sampled_from(["identity", "properties", "template"]))
    as_key = draw(st.booleans())
    inner = {"userAssignedIdentities": {spelling: {}}} if as_key else {"resourceId": spelling}
    values = nested(inner, draw(st.lists(names, max_size=3)))
    where = f"{group}/providers/Microsoft.{provider}/{kind}/x"
    return new(FOUND, token.format(provider, kind), "x", where, **{place: values})


@st.composite
def pods(draw: st.DrawFn) -> Row:
    kind = draw(st.sampled_from(["apps/v1:DaemonSet", "batch/v1:Job", "core/v1:Pod", "example.com/v1:Thing"]))
    name = draw(st.sampled_from(["serviceAccountName", "serviceAccount"]))
    spec = nested({name: "notifier", "containers": []}, draw(st.lists(names, max_size=3)))
    metadata = {"name": "x", "namespace": OWN_NAMESPACE}
    return new(FOUND, f"kubernetes:{kind}", "x", "x", metadata=metadata, spec=spec)


@st.composite
def bindings(draw: st.DrawFn) -> Row:
    kind = draw(st.sampled_from(["ClusterRoleBinding", "ClusterRoleBindingPatch", "RoleBinding"]))
    role = draw(
        st.one_of(st.sampled_from(["cluster-admin", "admin", "edit"]), names.filter(lambda name: name != "view"))
    )
    subject = {"kind": draw(st.sampled_from(["Group", "User", "ServiceAccount"])), "name": draw(names)}
    return new(
        FOUND,
        f"kubernetes:rbac.authorization.k8s.io/v1:{kind}",
        "x",
        "x",
        metadata={"name": "x", "namespace": OWN_NAMESPACE},
        roleRef={"kind": "ClusterRole", "name": role},
        subjects=[subject],
    )


@st.composite
def harmless(draw: st.DrawFn) -> Row:
    """Return a resource that reaches no identity of the network."""
    name = draw(names)
    group = id_of("notifier").partition("/providers/")[0]
    app = {"type": "SystemAssigned", "principalId": f"principal-of-{name}"}
    where = f"{group}/providers/Microsoft.App/containerApps/{name}"
    theirs = {"name": name, "namespace": f"{name}-of-others"}
    pod = {"template": {"spec": {"serviceAccountName": "notifier", "containers": []}}}
    view = {"roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": [{"kind": "Group", "name": name}]}
    lock = {"level": "CanNotDelete", "scope": id_of("notifier")}
    return draw(
        st.sampled_from(
            [
                new(FOUND, "azure-native:app:ContainerApp", name, where, identity=app),
                new(FOUND, "kubernetes:apps/v1:Deployment", name, name, metadata=theirs, spec=pod),
                new(FOUND, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", name, name, **view),
                new(FOUND, "azure-native:authorization:ManagementLockByScope", name, f"{where}/lock", **lock),
            ]
        )
    )


def errors(graph: Graph) -> set[str]:
    today = date(2026, 11, 28)
    return {each.what for each in check(graph, DECLARED, today=today) if each.rule.severity == "error"}


@few
@given(st.one_of(credentials(), hosts(), pods(), bindings()))
def test_any_way_to_act_as_a_network_identity_fails_the_proof_and_the_check_and_grows_the_diff(way_in: Row) -> None:
    after = READERS["export"]([*FOUND, way_in])

    (actor, *_) = foreign_actors(after)
    sentence = actor_sentence(after, actor)
    assert any(sentence in failure.what for failure in prove(after, DECLARED).failures)
    assert sentence in errors(after) - errors(BEFORE)
    assert difference(BEFORE, after).grows


@few
@given(st.lists(harmless(), min_size=1, max_size=3, unique_by=lambda row: row["urn"]))
def test_resources_that_cannot_act_as_a_network_identity_change_neither_proof_nor_check_nor_diff(
    more: list[Row],
) -> None:
    after = READERS["export"]([*FOUND, *more])

    assert foreign_actors(after) == ()
    assert [failure.what for failure in prove(after, DECLARED).failures if "cannot be judged" not in failure.what] == []
    assert errors(after) == errors(BEFORE)
    assert not difference(BEFORE, after).grows
