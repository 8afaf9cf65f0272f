"""Resources: what a kind asks for beyond its single keys."""

from collections.abc import Iterator

from manifest.check_input import Draft, Finding
from manifest.phrases import show

__all__ = ["resources_are_whole"]


def resources_are_whole(draft: Draft) -> Iterator[Finding]:
    """Judge the registry's mode and the deployments of model accounts."""
    network = draft.network.model
    registry = network.registry
    if draft.network.sound("registry") and registry.permissions == "repository" and not registry.existing:
        message = "'repository' needs an existing registry; the API version in use cannot create one in that mode"
        yield Finding(("registry", "permissions"), message)
    for name, resource in network.resources.items():
        if "deployments" in resource.settings and draft.network.sound("resources", name):
            yield from _deployments(name, resource.settings["deployments"], existing=resource.existing)


def _deployments(name: str, deployments: tuple[dict[str, object], ...], *, existing: bool) -> Iterator[Finding]:
    place = ("resources", name, "deployments")
    if existing and deployments:
        yield Finding(place, "an existing account keeps the deployments that it has; remove the key")
    if not existing and not deployments:
        yield Finding(place, "missing: an account without a model deployment answers no one; write at least one")
    seen: set[str] = set()
    for deployment in deployments:
        called = str(deployment["name"])
        if called.lower() in seen:
            message = f"more than one deployment is called {show(called)}; give each a name of its own"
            yield Finding(place, message)
        seen.add(called.lower())
