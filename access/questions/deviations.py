"""Compares the values of a resource in a deployment with what a preview planned for the resource.

Owns which values are bound: all, in resources of every package. A value that the preview knew must be equal. One that
it did not know must come from the resources that the value is made from: where it gives access, as an id that Azure has
made, or as the one that follows from names; elsewhere, also as a part of a text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from access.azure.assignment_types import ASSIGNMENTS, DEFINITIONS
from access.azure.catalogue import guid_of
from access.azure.type_tokens import azure_native_token
from access.model.json_values import Values, is_known
from access.model.planned_resource import PlannedResource
from access.model.returned_values import ReturnedValues
from access.model.urns import resource_name
from access.questions.explained_values import is_explained, is_made, is_within, same, shown

__all__ = ["GivenIds", "deviations", "gives_access", "with_images"]

GivenIds = Callable[[str], ReturnedValues]
"""Function from a URN to the ids and other strings that Azure has returned for the resource."""

_FEDERATED = "azure-native:managedidentity:FederatedIdentityCredential"
_GIVING = frozenset({*ASSIGNMENTS, *DEFINITIONS, _FEDERATED})
_GIVING_MODULES = ("azure-native:authorization:", "azure-native:managedservices:")
_GIVING_NAMES = (
    "AccessPolicy",
    "Administrator",
    "FederatedIdentityCredential",
    "LocalUser",
    "PrincipalAssignment",
    "RoleAssignment",
    "RoleDefinition",
)
"""Ends of names of types that give access, in any module of azure-native."""
_ENTRA = "azuread:"
_CLUSTER_ROLES = "kubernetes:rbac.authorization.k8s.io"

_STRICT = re.compile(r"identit|principal|accesspolic|objectid|clientid|tenantid|client_id|principal_id", re.IGNORECASE)
"""Properties of any resource that attach identities to it, or name who gets access."""

# Names of an assignment. They give nothing, and are made from ids that a preview does not know.
_NAMES = frozenset({"roleAssignmentName", "roleAssignmentId"})
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDENTIFIER_URI = "identifierUri"

_PROVIDERS = "pulumi:providers:"
_VERSION_OF_PROVIDER = frozenset({"version"})
_LABELS = re.compile(r"(^|\.)metadata\.(labels|annotations)(\.|$)")
"""Places in Kubernetes objects to which the provider adds labels of its own."""
_OWN_LABELS = re.compile(r"(^|\.)metadata\.(labels\.app\.kubernetes\.io/managed-by|annotations\.pulumi\.com/[^.]*)$")
"""Labels and annotations that the provider adds; another annotation can attach an identity to pods."""


def gives_access(kind: str) -> bool:
    """Return True if a resource type gives access by itself: assignments, credentials and all types of Entra ID."""
    token = azure_native_token(kind)
    if token in _GIVING or kind.startswith((_ENTRA, _CLUSTER_ROLES)):
        return True
    return bool(token) and (token.startswith(_GIVING_MODULES) or token.endswith(_GIVING_NAMES))


def deviations(  # noqa: PLR0913 (one argument for each thing that the engine has about a resource)
    planned: Mapping[str, PlannedResource], urn: str, kind: str, values: Values, given: GivenIds, *, provider: str = ""
) -> tuple[str, ...]:
    """Return each difference between a resource's values in a deployment and the planned ones, as a clause.

    Args:
        planned: the resources of the preview, by URN.
        urn: URN of the resource.
        kind: type of the resource.
        values: inputs of the resource in the deployment; values that are still unknown have the engine's marker.
        given: what Azure has returned for other resources.
        provider: URN of the provider with which the engine deploys the resource; empty if it is not known.
    """
    plan = planned.get(urn)
    if plan is None:
        return ("the approved preview has no such resource",)
    if plan.type != kind:
        return (f"the type is {kind} instead of {plan.type}",)
    if provider and plan.provider and provider != plan.provider:
        return (f"the provider is {resource_name(provider)!r} instead of {resource_name(plan.provider)!r}",)
    return tuple(_differences(planned, plan, values, given))


def with_images(planned: Iterable[PlannedResource], rehearsed: Mapping[str, Values]) -> tuple[PlannedResource, ...]:
    """Return planned resources with the container images of which a preview knows no part.

    The address of a new registry is unknown until the deployment, and so is a text that begins with it. The rest of the
    text follows from the program, and is the same on local Azure.

    Args:
        planned: the resources of the preview.
        rehearsed: inputs of each resource in a run of the same program on local Azure, by URN.
    """
    return tuple(replace(one, images=dict(_images(one, rehearsed.get(one.urn, {})))) for one in planned)


def _images(plan: PlannedResource, rehearsed: Values) -> Iterator[tuple[str, str]]:
    for name, wanted in plan.inputs.items():
        for at, one, other in _leaves(name, wanted, rehearsed.get(name)):
            if _is_image(at) and not is_known(one) and isinstance(other, str) and "/" in other:
                yield at, other.partition("/")[2]


def _is_image(at: str) -> bool:
    return at.rpartition(".")[2] == "image"


def _differences(
    planned: Mapping[str, PlannedResource], plan: PlannedResource, values: Values, given: GivenIds
) -> Iterator[str]:
    for name in sorted(plan.inputs.keys() | values.keys()):
        if name.startswith("__"):
            continue  # "__defaults" and the like are notes of the engine
        if plan.type.startswith(_PROVIDERS) and name in _VERSION_OF_PROVIDER:
            continue  # part of the name of a provider that the engine makes, and bound with the plugins
        sources = plan.sources.get(name, ())
        if plan.type.startswith(_PROVIDERS) and not sources:
            sources = tuple(planned)  # the credentials of a cluster are read by a function, which hides their source
        yield from _property(
            name, plan.inputs.get(name), values.get(name), replace(plan, sources={name: sources}), given
        )


def _property(name: str, wanted: object, found: object, plan: PlannedResource, given: GivenIds) -> Iterator[str]:
    """Yield the differences of one property."""
    if name in plan.expected:
        if not isinstance(found, str) or not _is_expected(name, found, plan.expected[name]):
            yield f"{name} is {shown(found)} instead of {plan.expected[name]}"
        return
    if name in _NAMES and wanted is not None and not is_known(wanted):
        if not isinstance(found, str) or not _GUID.fullmatch(found) or not is_known(found):
            yield f"{name} is {shown(found)}, which is not a GUID"
        return
    for at, one, other in _leaves(name, wanted, found):
        if is_known(one) or one is None:
            is_label = one is None and plan.type.startswith("kubernetes:") and _OWN_LABELS.search(at)
            if not is_label and not same(one, other):
                yield _deviation(at, one, other, plan)
        else:
            yield from _unknown(at, name, other, plan, given)


def _unknown(at: str, name: str, found: object, plan: PlannedResource, given: GivenIds) -> Iterator[str]:
    """Yield the difference of a value that the preview did not know."""
    sources = plan.sources.get(name, ())
    returned = [given(urn) for urn in sources]
    makers = " and ".join(sorted(repr(resource_name(urn)) for urn in sources)) or "any approved resource"
    value = shown(found) if gives_access(plan.type) else "a value"
    if at == _IDENTIFIER_URI and isinstance(found, str):
        if not is_made(found.removeprefix("api://"), returned):
            yield f"{at} is {value}, which has no id of {makers}"
    elif gives_access(plan.type) or _STRICT.search(at):
        if not is_made(found, returned):
            yield f"{at} is {shown(found)}, which Azure did not return for {makers}"
        elif len([each for each in returned if is_made(found, [each])]) != len(returned) and _is_principal(name):
            yield f"{at} is made from {makers}, so that the approved preview does not say who it is"
    elif at in plan.images and not (isinstance(found, str) and found.partition("/")[2] == plan.images[at]):
        yield f"{at} is {shown(found)} instead of {plan.images[at]!r} in the approved registry"
    elif isinstance(found, str) and not is_known(found):
        return  # a secret now as then, which no policy gets to see
    elif not is_explained(found, returned):
        yield f"{at} is {value} that does not come from {makers}"


def _is_principal(name: str) -> bool:
    return name.lower().endswith(("principalid", "objectid"))


def _deviation(at: str, wanted: object, found: object, plan: PlannedResource) -> str:
    """Return the message of a difference; only values that are ids are shown, since others may be credentials."""
    if gives_access(plan.type) or _STRICT.search(at):
        return f"{at} is {shown(found)} instead of {shown(wanted)}"
    return f"{at} is not what the approved preview has"


def _leaves(at: str, wanted: object, found: object) -> Iterator[tuple[str, object, object]]:
    """Yield pairs of a planned and a found value, with their path, as deep as the planned value is known."""
    if isinstance(found, Mapping) and (isinstance(wanted, Mapping) or (wanted is None and _LABELS.search(at))):
        planned, actual = cast("Values", wanted or {}), cast("Values", found)
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


def _is_expected(name: str, found: str, expected: str) -> bool:
    """Return True if a scope is the expected one or inside of it, or a role is the expected one."""
    return is_within(found, expected) if name == "scope" else guid_of(found) == guid_of(expected)
