"""Checks that a container app may pull its images from their container registry.

Part of the service `app.py`. Azure tries as soon as an app is created or its template changes, and the request fails
with the registry's refusal (Azure/container-apps-deploy-action#85, microsoft/azure-container-apps#836). Facts: "Azure
Container Apps image pull from Azure Container Registry with managed identity", Microsoft Learn, 2025-06; "Azure ABAC
repository permissions in Azure Container Registry", Microsoft Learn, 2026.

Differences from Azure: whether a repository has the image is not known; images of registries outside this
world are assumed to be public; a grant counts at once, while Azure may take minutes.
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
    """Yield an error for each image that a container app's identity cannot pull from its simulated registry."""
    if request.old is not None and request.old.inputs.get("template") == request.inputs.get("template"):
        return
    for container in cast("list[Values]", request.input("template.containers") or []):
        image = str(container.get("image") or "")
        server, _, path = image.partition("/")
        registry = _registry(request, server)
        why = None if registry is None else _refusal(request, registry, server, path.rpartition(":")[0] or path)
        if why is not None:
            yield AzureError(
                "InvalidParameterValueInContainerTemplate",
                f"field 'template.containers.{container.get('name')}.image' is invalid with details: invalid value"
                f" '{image}': UNAUTHORIZED: authentication required: {why}",
            )


def _registry(request: Request, server: str) -> Resource | None:
    name = server.lower().removesuffix(_DOMAIN)
    return request.world.find_unique(f"{_REGISTRY} {name}") if server.lower().endswith(_DOMAIN) else None


def _refusal(request: Request, registry: Resource, server: str, repository: str) -> str | None:
    """Return the reason for which a simulated registry refuses an image pull; None if the pull is allowed."""
    if registry.inputs.get("anonymousPullEnabled"):
        return None
    listed = cast("list[Values]", request.input("configuration.registries") or [])
    entry = next((each for each in listed if str(each.get("server")).lower() == server.lower()), None)
    if entry is None:
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


def _identity_refusal(request: Request, registry: Resource, named: str, repository: str) -> str | None:
    own = named.lower() == "system"
    if own and request.old is None:
        return (
            "the app's system-assigned identity cannot have a role before the app exists; pull with a user-assigned"
            " identity"
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
