"""Checks that a container app may pull its images from their container registry.

Part of the service `app.py`. Azure tries as soon as an app is created, and the request fails as the registry refuses
(Azure/container-apps-deploy-action#85, microsoft/azure-container-apps#836), for a managed identity with the code
ContainerAppOperationError (microsoft/azure-container-apps#1061). An update is reported as successful all the same: the
new revision never becomes ready, and the one before serves on (pulumi/pulumi-azure-native#2779;
Azure/azure-cli#30053). Facts: "Azure Container Apps image pull from Azure Container Registry with managed
identity", Microsoft Learn, 2025-06; "Azure ABAC repository permissions in Azure Container Registry", Microsoft Learn,
2026.

Differences from Azure: whether a repository has the image is not known; images of registries outside this
world are assumed to be public; a grant counts at once, while Azure may take minutes; a revision that is not ready
becomes so with the next update of the app after the right exists, where Azure tries again by itself. Sources differ
on updates; some report a refusal of the update.
"""

from collections.abc import Iterator
from typing import cast

from localazure.arm import ids
from localazure.arm.permissions import RequestedOperation, is_allowed
from localazure.arm.resource_type import Request, Values
from localazure.arm.world import Resource
from localazure.errors import AzureError

_REGISTRY = "azure-native:containerregistry:Registry"
_DOMAIN = ".azurecr.io"

# The operation of a pull depends on the registry's permissions mode; an API version without the mode has the first.
_PULL = "Microsoft.ContainerRegistry/registries/pull/read"
_PULL_REPOSITORY = "Microsoft.ContainerRegistry/registries/repositories/content/read"
_REPOSITORY = "request[microsoft.containerregistry/registries/repositories:name]"


def images_can_be_pulled(request: Request) -> Iterator[AzureError]:
    """Yield an error for each image that the identity of a new container app cannot pull from its registry."""
    if request.old is None:
        yield from pull_refusals(request)


def pull_refusals(request: Request) -> Iterator[AzureError]:
    """Yield the registry's refusal of each image that a container app's identity cannot pull."""
    for container in cast("list[Values]", request.input("template.containers") or []):
        image = str(container.get("image") or "")
        server, _, path = image.partition("/")
        registry = _registry(request, server)
        why = None if registry is None else _refusal(request, registry, server, path.rpartition(":")[0] or path)
        if why is None:
            continue
        field = f"field 'template.containers.{container.get('name')}.image' is invalid with details: invalid value"
        identity = _entry(request, server).get("identity")
        if identity:
            yield AzureError(
                "ContainerAppOperationError",
                f"failed to provision revision for container app '{request.name}': {field} '{image}': unable to pull"
                f" image using Managed identity {identity} for registry {server}: {why}",
            )
        else:
            yield AzureError(
                "InvalidParameterValueInContainerTemplate",
                f"{field} '{image}': UNAUTHORIZED: authentication required: {why}",
            )


def _registry(request: Request, server: str) -> Resource | None:
    name = server.lower().removesuffix(_DOMAIN)
    return request.world.find_unique(f"{_REGISTRY} {name}") if server.lower().endswith(_DOMAIN) else None


def _refusal(request: Request, registry: Resource, server: str, repository: str) -> str | None:
    """Return the reason for which a simulated registry refuses an image pull; None if the pull is allowed."""
    if registry.inputs.get("anonymousPullEnabled"):
        return None
    entry = _entry(request, server)
    if not entry:
        return f"configuration.registries does not list the registry {server}; add it"
    if entry.get("username"):
        return (
            None
            if registry.inputs.get("adminUserEnabled")
            else "the registry's admin user is disabled; pull images with an identity"
        )
    if _arm_tokens_off(registry):
        return "the registry refuses ARM tokens of container apps; enable policies.azureADAuthenticationAsArmPolicy"
    return _identity_refusal(request, registry, str(entry.get("identity")), repository)


def _entry(request: Request, server: str) -> Values:
    """Return the entry of a registry in the app's configuration; empty if the configuration does not list it."""
    listed = cast("list[Values]", request.input("configuration.registries") or [])
    matching: list[Values] = [each for each in listed if str(each.get("server")).lower() == server.lower()]
    return matching[0] if matching else {}


def _identity_refusal(request: Request, registry: Resource, named: str, repository: str) -> str | None:
    own = named.lower() == "system"
    if own and request.old is None:
        return (
            f"the dependencies form a circle: the app '{request.name}' needs its image, pulling the image needs a role"
            " of the app's system-assigned identity, and that identity begins with the app; pull with a user-assigned"
            " identity that has the role before"
        )
    principal = request.world.find_owned_principal(request.id if own else named)
    if principal is None:
        return f"the identity '{named}' that pulls images does not exist"
    pulls = [RequestedOperation(operation=_PULL, data=False, place=registry.id, attributes={})]
    if registry.adopted:  # which mode it is in is not known
        pulls.append(
            RequestedOperation(
                operation=_PULL_REPOSITORY, data=True, place=registry.id, attributes={_REPOSITORY: repository}
            )
        )
    if any(is_allowed(request.world, principal.id, pull) for pull in pulls):
        return None
    return (
        f"the identity '{ids.name_of(named)}' (principal {principal.id}) has no role on '{registry.id}' that"
        f" allows pulling '{repository}'; assign AcrPull, and let the app depend on the role assignment"
    )


def _arm_tokens_off(registry: Resource) -> bool:
    policies = cast("Values", registry.inputs.get("policies") or {})
    return cast("Values", policies.get("azureADAuthenticationAsArmPolicy") or {}).get("status") == "disabled"
