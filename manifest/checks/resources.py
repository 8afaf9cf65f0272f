"""Check of declared resources: rules of single kinds about more than one key."""

from collections.abc import Iterator

from manifest.check_input import CheckInput, Violation
from manifest.message_formatting import quote_value

__all__ = ["check_resources"]


def check_resources(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in the registry's permissions mode and the deployments of model accounts."""
    network = inputs.network.model
    registry = network.registry
    if inputs.network.is_valid("registry") and registry.permissions == "repository" and not registry.existing:
        message = "'repository' needs an existing registry; the API version in use cannot create one in that mode"
        yield Violation(("registry", "permissions"), message)
    for name, resource in network.resources.items():
        if "deployments" in resource.settings and inputs.network.is_valid("resources", name):
            yield from _deployments(name, resource.settings["deployments"], existing=resource.existing)


def _deployments(name: str, deployments: tuple[dict[str, object], ...], *, existing: bool) -> Iterator[Violation]:
    place = ("resources", name, "deployments")
    if existing and deployments:
        yield Violation(place, "the stack does not change an existing account; remove its key 'deployments'")
    if not existing and not deployments:
        yield Violation(place, "missing: an account without a model deployment is of no use; write at least one")
    seen: set[str] = set()
    for deployment in deployments:
        called = str(deployment["name"])
        if called.lower() in seen:
            message = f"more than one deployment has the name {quote_value(called)}; choose different names"
            yield Violation(place, message)
        seen.add(called.lower())
