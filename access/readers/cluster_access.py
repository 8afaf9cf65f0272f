"""Reads who can act as the agents in a Kubernetes cluster: pods, role bindings and groups of administrators.

Owns recognition by content: an object of any type that names a service account starts pods under it, and a binding to
any role that is not known to be harmless counts. The cluster of an object is not in a program's state, so every cluster
of the program counts. Sources: "Configure Service Accounts for Pods", "Using RBAC Authorization" and "Role Based Access
Control Good Practices", kubernetes.io, 1.33; "AKS-managed Microsoft Entra integration", Microsoft Learn, 2025.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from access.model.actors import Actor
from access.model.graph import Unread
from access.model.json_values import Values, is_known, listed, mapping, nested, text
from access.readers.attached_identities import CLUSTER, Attached
from access.readers.components import Components
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

_KUBERNETES = "kubernetes:"
_CLUSTER_BINDING, _BINDING = "ClusterRoleBinding", "RoleBinding"
_ROLES = frozenset({"ClusterRole", "Role"})
_HARMLESS_ROLES = frozenset({"view", "system:basic-user", "system:discovery", "system:public-info-viewer"})
"""Roles of every cluster that neither start pods nor give tokens."""
_READS = frozenset({"get", "list", "watch"})
_SECRETS = frozenset({"*", "secrets"})
_HARMLESS_PARTS = frozenset({"log", "scale", "status"})
"""Subresources whose reading runs no code; `get` of `pods/exec` or `nodes/proxy` runs commands in any container."""
_JOINS_VIEW = "rbac.authorization.k8s.io/aggregate-to-view"
_POD_KEYS = ("serviceAccountName", "serviceAccount")


class _Cluster:
    """Kubernetes objects of a program, with the identities that pods of the clusters can use."""

    def __init__(self, resource_ids: ResourceIds, components: Components, principals: Principals) -> None:
        self.components = components
        states = resource_ids.states
        self.objects = [each for each in states if each.type.startswith(_KUBERNETES)]
        self.clusters = [(resource_ids.id_of(each), each) for each in states if each.token == CLUSTER]
        self.accounts: dict[str, list[Attached]] = {}
        for each in principals.identities.values():
            if each.service_account:
                self.accounts.setdefault(each.service_account, []).append(each)
        self.roles: dict[tuple[str, str, str], list[object]] = {}
        """Rules of the roles that the program defines, by kind, namespace and name; an unknown rule is None."""
        for each in self.objects:
            if _kind(each) in _ROLES:
                where = _namespace(each) if _kind(each) == "Role" else ""
                self.roles.setdefault((_kind(each), where, _name(each)), []).extend(_rules(each))
                if _joins_view(each):
                    self.roles.setdefault(("ClusterRole", "", "view"), []).extend(_rules(each))


def cluster_actors(
    resource_ids: ResourceIds, components: Components, principals: Principals
) -> Iterator[Actor | Unread]:
    """Yield everything that can act as an agent through a Kubernetes cluster of the program, and notes."""
    cluster = _Cluster(resource_ids, components, principals)
    for where, state in cluster.clusters:
        yield from _admin_groups(where, state)
    for state in cluster.objects:
        if _kind(state) in {_CLUSTER_BINDING, _BINDING}:
            yield from _bound(state, cluster)
        else:
            yield from _pods(state, cluster)


def _admin_groups(where: str, state: ResourceState) -> Iterator[Actor | Unread]:
    profile = state.inputs.get("aadProfile", state.outputs.get("aadProfile"))
    groups = mapping(profile).get("adminGroupObjectIDs")
    unseen = [each for each in (profile, groups, *listed(groups)) if each is not None and not is_known(each)]
    if unseen:
        yield Unread(state.location, "the administrators of the cluster are unknown before deployment, or secret")
    for each in listed(groups):
        if isinstance(each, str) and is_known(each):
            yield Actor(
                subject=f"group {each}",
                target=where,
                kind="administrator",
                reason="the cluster's setting adminGroupObjectIDs",
                location=state.location,
                subject_id=each,
            )


def _bound(state: ResourceState, cluster: _Cluster) -> Iterator[Actor | Unread]:
    """Yield the subjects of a Kubernetes role binding as actors, unless the bound role is harmless."""
    values = _values(state)
    role, subjects = mapping(values.get("roleRef")), values.get("subjects")
    reach = _reach(role, state, cluster)
    if reach is None:
        return
    if subjects is not None and (not is_known(subjects) or not all(map(is_known, listed(subjects)))):
        yield Unread(
            state.location, "the subjects of this role binding in the cluster are unknown before deployment, or secret"
        )
    everywhere = _kind(state) == _CLUSTER_BINDING
    namespace = _namespace(state)
    for each in map(mapping, listed(subjects)):
        kind, name = text(each, "kind"), text(each, "name") or "that is not known"
        account = f"{text(each, 'namespace') or namespace}:{name}" if kind == "ServiceAccount" else ""
        subject = f"service account {account}" if account else f"{kind.lower() or 'subject'} {name}"
        agent = next((one.agent for one in cluster.accounts.get(account, ())), "")
        reason = f"the {_kind(state)} {_name(state)!r} to role {text(role, 'name')!r}"
        targets = (
            [(where, "") for where, _ in cluster.clusters]
            if everywhere
            else [
                (one.principal, one.agent)
                for held, several in cluster.accounts.items()
                if not namespace or held.partition(":")[0] == namespace
                for one in several
            ]
        )
        if not cluster.clusters and not targets:
            yield Unread(
                state.location, f"{reason} gives {subject} rights in a cluster that this source does not contain"
            )
        for target, home in targets:
            yield Actor(
                subject=subject,
                target=target,
                kind="administrator",
                reason=reason,
                location=state.location,
                home=home,
                agent=agent,
                account=account,
                certain=reach and bool(namespace or everywhere),
            )


def _reach(role: Values, state: ResourceState, cluster: _Cluster) -> bool | None:
    """Return True if a bound role starts pods or gives tokens, False if that is unknown, None if it does not."""
    kind, name = text(role, "kind"), text(role, "name")
    rules = cluster.roles.get((kind, _namespace(state) if kind == "Role" else "", name))
    if rules is None:
        if kind == "ClusterRole" and name in _HARMLESS_ROLES:
            return None
        return name in {"cluster-admin", "admin", "edit"}
    if None in rules:
        return False
    return None if all(map(_is_harmless, rules)) else True


def _rules(role: ResourceState) -> list[object]:
    """Return the rules of a role; None for rules that are unknown, that others add, or that a patch leaves as they are.

    "Aggregated ClusterRoles", kubernetes.io, 1.33.
    """
    values = _values(role)
    rules = listed(values.get("rules"))
    is_list = isinstance(values.get("rules"), list)
    patches = role.type.endswith("Patch") and _name(role) not in _HARMLESS_ROLES
    if is_list and all(map(_is_known_rule, rules)) and not patches and "aggregationRule" not in values:
        return rules
    return [*rules, None]


def _is_known_rule(rule: object) -> bool:
    lists = [value for name in ("verbs", "resources", "nonResourceURLs") for value in [mapping(rule).get(name)]]
    each = [item for value in lists for item in listed(value)]
    return bool(listed(mapping(rule).get("verbs"))) and all(map(is_known, [*filter(None, lists), *each]))


def _is_harmless(rule: object) -> bool:
    """Return True if a rule only reads objects that hold no tokens, and no parts of objects that run commands."""
    values = mapping(rule)
    kinds = [str(each).partition("/") for each in listed(values.get("resources"))]
    parts = {part for _, inside, part in kinds if inside}
    reads_secrets = not _SECRETS.isdisjoint(kind for kind, inside, _ in kinds if not inside)
    return _READS.issuperset(listed(values.get("verbs"))) and not reads_secrets and parts <= _HARMLESS_PARTS


def _joins_view(role: ResourceState) -> bool:
    """Return True if a Kubernetes cluster adds the rules of a role to its role `view`, or perhaps does."""
    metadata = _values(role).get("metadata")
    labels = mapping(metadata).get("labels")
    value = mapping(labels).get(_JOINS_VIEW)
    return not (is_known(metadata) and is_known(labels) and is_known(value)) or value in {"true", True}


def _pods(state: ResourceState, cluster: _Cluster) -> Iterator[Actor]:
    """Yield a Kubernetes object as an actor of each agent under whose service account its pods run."""
    namespace, names = _namespace(state), _service_accounts(_values(state))
    if not names:
        return
    for account, identities in cluster.accounts.items():
        inside, name = account.split(":", 1)
        certain = inside == namespace and name in names
        unknown = (not namespace or namespace == inside) and (name in names or "" in names)
        if certain or unknown:
            for one in identities:
                yield Actor(
                    subject=f"{_name(state) or state.name!r} ({_kind(state)} in the cluster)",
                    target=one.principal,
                    kind="pod",
                    reason=f"the service account {account}, under which its pods run",
                    location=state.location,
                    home=one.agent,
                    agent=cluster.components.own_agent_of(state),
                    account=account,
                    certain=certain,
                )


def _service_accounts(values: Values) -> set[str]:
    """Return the names of all service accounts in a Kubernetes object; an unknown name is the empty text."""
    objects = [cast("Values", one) for one in nested(values) if isinstance(one, Mapping)]
    # Without a name, pods run as `default`, which is never an agent's service account.
    return {text(one, name) for one in objects for name in _POD_KEYS if isinstance(one.get(name), str)}


def _kind(state: ResourceState) -> str:
    """Return the kind of a Kubernetes object, also for a resource that patches one."""
    return state.type.rpartition(":")[2].removesuffix("Patch")


def _values(state: ResourceState) -> Values:
    return state.values


def _name(state: ResourceState) -> str:
    return text(mapping(_values(state).get("metadata")), "name") or state.name


def _namespace(state: ResourceState) -> str:
    """Return the namespace of a Kubernetes object; empty if it is unknown before deployment."""
    values = _values(state)
    metadata = values.get("metadata")
    if metadata is not None and not is_known(metadata):
        return ""
    given = mapping(metadata).get("namespace")
    return text(mapping(metadata), "namespace") if given is not None else "default"
