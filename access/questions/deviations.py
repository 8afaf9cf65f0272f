"""Compares the values of a resource in a deployment with what a preview planned for the resource.

Owns which values are bound. In resources that give access, every value is bound: a value that was unknown in the
preview must be the one that follows from names, or an id that Azure returned for a resource that the value is made
from. Elsewhere the identities of a resource are bound in this way, and all values that the preview knew.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import cast

from access.azure.assignment_types import ASSIGNMENTS, DEFINITIONS
from access.azure.catalogue import guid_of
from access.azure.scopes import ancestors, key
from access.azure.type_tokens import azure_native_token
from access.model.json_values import Values, is_known, nested
from access.model.planned_resource import PlannedResource

__all__ = ["GivenIds", "deviations", "gives_access", "returned_strings"]

GivenIds = Callable[[str], frozenset[str]]
"""Function from a URN to the ids and other strings in lower case that Azure has returned for the resource."""

_FEDERATED = "azure-native:managedidentity:FederatedIdentityCredential"
_GIVING = frozenset({*ASSIGNMENTS, *DEFINITIONS, _FEDERATED})
_ENTRA = "azuread:"
_CLUSTER_ROLES = "kubernetes:rbac.authorization.k8s.io"
_COMPARED = ("azure-native:", _ENTRA, _CLUSTER_ROLES)
"""Packages whose plain values are the same in a preview and in a deployment; Kubernetes adds labels of its own."""

_IDENTITY = frozenset({"identity"})
"""Properties of any resource that attach identities to it."""

# Names of an assignment or an application. They give nothing, and are made from ids that a preview does not know.
_NAMES = frozenset({"roleAssignmentName", "roleAssignmentId", "identifierUri"})


def gives_access(kind: str) -> bool:
    """Return True if a resource type gives access by itself: assignments, credentials and all types of Entra ID."""
    return azure_native_token(kind) in _GIVING or kind.startswith((_ENTRA, _CLUSTER_ROLES))


def deviations(
    planned: Mapping[str, PlannedResource], urn: str, kind: str, values: Values, given: GivenIds
) -> tuple[str, ...]:
    """Return each difference between a resource's values in a deployment and the planned ones, as a clause.

    Args:
        planned: the resources of the preview, by URN.
        urn: URN of the resource.
        kind: type of the resource.
        values: inputs of the resource in the deployment; values that are still unknown have the engine's marker.
        given: what Azure has returned for other resources.
    """
    plan = planned.get(urn)
    if plan is None:
        return ("the approved preview has no such resource",)
    if plan.type != kind:
        return (f"the type is {kind} instead of {plan.type}",)
    return tuple(_differences(plan, values, given))


def _differences(plan: PlannedResource, values: Values, given: GivenIds) -> Iterator[str]:
    binds_all = gives_access(plan.type)
    if not binds_all and not plan.type.startswith(_COMPARED):
        return
    for name in sorted(plan.inputs.keys() | values.keys()):
        if name.startswith("__") or name in _NAMES:
            continue  # "__defaults" and the like are notes of the engine
        wanted, found = plan.inputs.get(name), values.get(name)
        if binds_all or name in _IDENTITY:
            yield from _bound(name, wanted, found, plan, given)
        elif not _agrees(wanted, found):
            yield f"{name} is not what the approved preview has"


def _bound(name: str, wanted: object, found: object, plan: PlannedResource, given: GivenIds) -> Iterator[str]:
    """Yield the difference of a property in which every value is bound."""
    if name in plan.expected:
        if not isinstance(found, str) or not _is_within(name, found, plan.expected[name]):
            yield f"{name} is {_shown(found)} instead of {plan.expected[name]}"
        return
    allowed: frozenset[str] | None = None
    for at, one, other in _leaves(name, wanted, found):
        if is_known(one) or one is None:
            if not _same(one, other):
                yield f"{at} is {_shown(other)} instead of {_shown(one)}"
            continue
        if allowed is None:
            allowed = frozenset[str]().union(*(given(urn) for urn in plan.sources.get(name, ())))
        unexplained = [each for each in _texts(other) if each.lower() not in allowed]
        if not list(_texts(other)) or unexplained:
            makers = " and ".join(sorted(repr(urn.rpartition("::")[2]) for urn in plan.sources.get(name, ())))
            yield f"{at} is {_shown(other)}, which Azure did not return for {makers or 'any approved resource'}"


def _leaves(at: str, wanted: object, found: object) -> Iterator[tuple[str, object, object]]:
    """Yield pairs of a planned and a found value, with their path, as deep as the planned value is known."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        planned, actual = cast("Values", wanted), cast("Values", found)
        if is_known(planned):
            for name in sorted(planned.keys() | actual.keys()):
                yield from _leaves(f"{at}.{name}", planned.get(name), actual.get(name))
            return
    if isinstance(wanted, list) and isinstance(found, list):
        planned_items, items = cast("list[object]", wanted), cast("list[object]", found)
        if len(planned_items) == len(items):
            for index, (one, other) in enumerate(zip(planned_items, items, strict=True)):
                yield from _leaves(f"{at}[{index}]", one, other)
            return
    yield at, wanted, found


def _agrees(wanted: object, found: object) -> bool:
    """Return True if a value equals the planned one in every part that the preview knew."""
    return all(not (is_known(one) or one is None) or _same(one, other) for _, one, other in _leaves("", wanted, found))


def _same(wanted: object, found: object) -> bool:
    """Return True if two known values are equal; ids of Azure are compared without case."""
    if any(not is_known(each) for each in nested(wanted) if each is not None):
        return False  # a list or an object of another length, with parts that the preview did not know
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted == found or (wanted.startswith("/") and key(wanted) == key(found))
    return wanted == found


def _is_within(name: str, found: str, expected: str) -> bool:
    """Return True if a scope is the expected one or inside of it, or a role is the expected one."""
    if name == "scope":
        return key(expected) in ancestors(key(found))
    return guid_of(found) == guid_of(expected)


def _texts(value: object) -> Iterator[str]:
    return (each for each in nested(value) if isinstance(each, str))


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    texts = sorted(_texts(value))
    return ", ".join(map(repr, texts)) if texts else repr(value)


def returned_strings(values: Values) -> frozenset[str]:
    """Return the strings in what Azure returned for a resource, in lower case.

    Without those of the user-assigned identities that are attached to it, which are resources of their own.
    """
    waiting, found = [values], set[str]()
    while waiting:
        for name, value in waiting.pop().items():
            if name == "userAssignedIdentities":
                continue
            if isinstance(value, Mapping):
                waiting.append(cast("Values", value))
            elif isinstance(value, list):
                waiting.append({str(index): each for index, each in enumerate(cast("list[object]", value))})
            elif isinstance(value, str):
                found.add(value.lower())
    return frozenset(found)
