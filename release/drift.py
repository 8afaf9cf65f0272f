"""Differences between the state of a stack and Azure, without those that every refresh shows.

Owns the list of known noise. Azure gives some properties another value on each read, or adds defaults to settings that
a program leaves out; they say nothing about access (pulumi/pulumi-azure-native#2798, 2026-10).
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from access.model.json_values import Values, listed, mapping, text

__all__ = ["Drift", "drift_rows", "drifts"]

_NOISE = frozenset({"etag", "systemData", "provisioningState", "lastModifiedTime", "azureApiVersion", "__createdAt"})
"""Outputs of any type that Azure changes by itself, at the top or in nested objects."""
_NOISE_OF = {
    # A resource of its own sets the identifier URI of an application.
    "azuread:index/application:Application": frozenset({"identifierUris"}),
    "azure-native:app:ContainerApp": frozenset({"latestRevisionName", "latestReadyRevisionName", "latestRevisionFqdn"}),
    "azure-native:containerservice:ManagedCluster": frozenset({"currentKubernetesVersion", "powerState"}),
    "azure-native:monitor:DiagnosticSetting": frozenset({"logs", "metrics"}),
}
"""Pulumi type token → outputs that Azure changes by itself, or returns in another form than it accepts."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Resource in Azure that differs from the state of the stack."""

    urn: str
    is_deleted: bool = False
    """True if the resource does not exist in Azure any more."""
    properties: tuple[str, ...] = ()
    """Outputs that differ."""


def drifts(refresh: Mapping[str, Any]) -> tuple[Drift, ...]:
    """Return the resources that differ, from the document of `pulumi refresh --preview-only --json`."""
    return tuple(_drifts(refresh))


def drift_rows(found: tuple[Drift, ...]) -> list[dict[str, Any]]:
    """Return drifts as JSON rows."""
    return [asdict(one) for one in found]


def _drifts(refresh: Mapping[str, Any]) -> Iterator[Drift]:
    for step in map(mapping, listed(refresh.get("steps"))):
        old, new = mapping(step.get("oldState")), mapping(step.get("newState"))
        if old and old.get("custom") is not False:
            if not new or step.get("op") == "delete":
                yield Drift(urn=text(step, "urn"), is_deleted=True)
            else:
                ignored = _NOISE | _NOISE_OF.get(text(old, "type"), frozenset())
                changed = tuple(_changed(mapping(old.get("outputs")), mapping(new.get("outputs")), ignored))
                if changed:
                    yield Drift(urn=text(step, "urn"), properties=changed)


def _changed(old: Values, new: Values, ignored: frozenset[str]) -> Iterator[str]:
    """Yield the names of the outputs that differ after the noise is removed at any depth."""
    for name in sorted((old.keys() | new.keys()) - ignored):
        if _quiet(old.get(name), ignored) != _quiet(new.get(name), ignored):
            yield name


def _quiet(value: object, ignored: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        return {name: _quiet(each, ignored) for name, each in cast("Values", value).items() if name not in ignored}
    return [_quiet(each, ignored) for each in cast("list[object]", value)] if isinstance(value, list) else value
