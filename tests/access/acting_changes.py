"""Strategies for changes of a program that let a foreign subject act as an identity of the network, and harmless ones.

Drawn are federated credentials, hosts of any type, pods and role bindings of a cluster, and credentials of an Entra
application that holds a role.
"""

from typing import Any

from hypothesis import strategies as st

from access.azure.catalogue import by_name
from tests.access.program_changes import ASSIGNMENT, IDENTITY, Change, Draw, Row, definition, group_of, new, of_type

CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
WORDS = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)


def own_credential(rows: list[Row]) -> Row:
    """Return the federated credential of the agent on AKS, with issuer and subject."""
    return of_type(rows, CREDENTIAL)[0]


def namespace_of(rows: list[Row]) -> str:
    return own_credential(rows)["outputs"]["subject"].split(":")[2]


def in_lists(value: object, keys: list[str]) -> object:
    for each in keys:
        value = {each: [value]}
    return value


def federated_credential(draw: Draw, rows: list[Row]) -> None:
    own = own_credential(rows)
    issuer, subject = own["outputs"]["issuer"], own["outputs"]["subject"]
    target = draw(st.sampled_from(of_type(rows, IDENTITY)))["id"]
    account = st.builds("system:serviceaccount:{}:{}".format, st.one_of(st.just(namespace_of(rows)), WORDS), WORDS)
    subjects = st.one_of(st.just(subject), st.builds("repo:{}/{}:environment:{}".format, WORDS, WORDS, WORDS), account)
    issuers = st.one_of(st.just(issuer), st.builds("https://{}.example/{}".format, WORDS, WORDS))
    chosen = draw(subjects), draw(issuers)
    if chosen == (subject, issuer) and own["id"].startswith(target):
        chosen = subject, "https://evil.example"
    where = f"{target}/federatedIdentityCredentials/evil"
    new(rows, CREDENTIAL, "evil-credential", where, subject=chosen[0], issuer=chosen[1])


def attached_identity(draw: Draw, rows: list[Row]) -> None:
    """Add a resource of any provider and type with an identity of the network at any place in its properties."""
    target = draw(st.sampled_from(of_type(rows, IDENTITY)))["id"]
    spelling = draw(st.sampled_from([str.lower, str.upper, str]))(target)
    provider, kind = draw(st.sampled_from([("App", "containerApps"), ("Compute", "virtualMachines")]) | pairs())
    token = draw(st.sampled_from(["azure-native:{}:{}", "azure-native:{}/v20990101:{}", "azurerm:{}/x:{}"]))
    inner = {"userAssignedIdentities": {spelling: {}}} if draw(st.booleans()) else {"resourceId": spelling}
    values = in_lists(inner, draw(st.lists(WORDS, max_size=3)))
    where = f"{group_of(rows)}/providers/Microsoft.{provider}/{kind}/evil"
    place = draw(st.sampled_from(["identity", "properties", "template"]))
    new(rows, token.format(provider, kind), "evil-host", where, **{place: values})


def pairs() -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(WORDS, WORDS)


def pods(draw: Draw, rows: list[Row]) -> None:
    kind = draw(st.sampled_from(["apps/v1:DaemonSet", "batch/v1:Job", "core/v1:Pod", "example.com/v1:Thing"]))
    account = own_credential(rows)["outputs"]["subject"].split(":")[3]
    name = draw(st.sampled_from(["serviceAccountName", "serviceAccount"]))
    spec = in_lists({name: account, "containers": []}, draw(st.lists(WORDS, max_size=3)))
    metadata = {"name": "evil", "namespace": namespace_of(rows)}
    new(rows, f"kubernetes:{kind}", "evil-pods", "evil-pods", metadata=metadata, spec=spec)


def role_binding(draw: Draw, rows: list[Row]) -> None:
    kind = draw(st.sampled_from(["ClusterRoleBinding", "ClusterRoleBindingPatch", "RoleBinding"]))
    given = st.one_of(st.sampled_from(["cluster-admin", "admin", "edit"]), WORDS.filter(lambda name: name != "view"))
    new(
        rows,
        f"kubernetes:rbac.authorization.k8s.io/v1:{kind}",
        "evil-binding",
        "evil-binding",
        metadata={"name": "evil", "namespace": namespace_of(rows)},
        roleRef={"kind": "ClusterRole", "name": draw(given)},
        subjects=[{"kind": draw(st.sampled_from(["Group", "User", "ServiceAccount"])), "name": draw(WORDS)}],
    )


def application_credential(draw: Draw, rows: list[Row]) -> None:
    """Add an Entra application with a role, and a credential with which a foreign subject acts as it."""
    name, client, principal = (draw(st.uuids().map(str)) for _ in range(3))
    kind, values = draw(
        st.sampled_from(
            [
                ("FederatedIdentityCredential", {"issuer": "https://evil.example", "subject": "repo:evil/evil"}),
                ("Password", {}),
                ("Certificate", {"value": "-----BEGIN CERTIFICATE-----"}),
                ("Owner", {"ownerObjectId": name}),
            ]
        )
    )
    owner = f"/applications/{name}"
    _entra(rows, "Application", owner, displayName="evil")["outputs"] |= {"clientId": client, "objectId": name}
    of_principal = _entra(rows, "ServicePrincipal", f"/servicePrincipals/{principal}", clientId=client)
    of_principal["outputs"] |= {"objectId": principal, "clientId": client}
    _entra(rows, f"Application{kind}", "", applicationId=owner, **values)
    role, group = definition(rows, by_name("Reader").id), group_of(rows)
    where = f"{group}/providers/Microsoft.Authorization/roleAssignments/{principal}"
    given = {"principalId": principal, "principalType": "ServicePrincipal", "scope": group, "roleDefinitionId": role}
    new(rows, ASSIGNMENT, "application-reads", where, **given)


def _entra(rows: list[Row], name: str, where: str, **inputs: Any) -> Row:  # noqa: ANN401 - any property
    return new(rows, f"azuread:index/{name[0].lower()}{name[1:]}:{name}", f"evil-{name}", where, **inputs)


def pods_of_others(draw: Draw, rows: list[Row]) -> None:
    metadata = {"name": "theirs", "namespace": f"{draw(WORDS)}-of-others"}
    account = own_credential(rows)["outputs"]["subject"].split(":")[3]
    spec = {"template": {"spec": {"serviceAccountName": account, "containers": []}}}
    new(rows, "kubernetes:apps/v1:Deployment", "theirs", "theirs", metadata=metadata, spec=spec)


def view_binding(draw: Draw, rows: list[Row]) -> None:
    subjects = [{"kind": "Group", "name": draw(WORDS)}]
    kind = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
    new(rows, kind, "viewers", "viewers", roleRef={"kind": "ClusterRole", "name": "view"}, subjects=subjects)


def lock(_draw: Draw, rows: list[Row]) -> None:
    target = of_type(rows, IDENTITY)[0]["id"]
    where = f"{target}/providers/Microsoft.Authorization/locks/kept"
    new(rows, "azure-native:authorization:ManagementLockByScope", "kept", where, level="CanNotDelete", scope=target)


ACTING: tuple[Change, ...] = (federated_credential, attached_identity, pods, role_binding)
"""Changes by which a foreign subject can act as an identity of the network."""
HARMLESS_IN_CLUSTERS: tuple[Change, ...] = (pods_of_others, view_binding, lock)
