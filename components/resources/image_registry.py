"""Component for the container registry that agents' images are pulled from.

In a registry that is created, a pull is granted on the whole registry, since the SDK's API version (2023-01-01-preview)
cannot set the permissions mode, which the API has from 2025-11-01 on; an existing one may be in repository mode, where
a pull is narrowed to the agent's own repository. Azure plans to create registries in repository mode by default
(Azure/acr#883, 2026-05): AcrPull then has no effect, and `access proof --of live`, which reads the mode, fails.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, NotRequired

import pulumi
from pulumi_azure_native import containerregistry

from access.azure.roles import Role
from access.azure.types import of_kind
from access.azure.types.row import VerbRole
from components import customer_key
from components.conditions import in_repositories
from components.diagnostics import Logs, send_logs
from components.grants import Grantee
from components.resources.base import NetworkResource, PlacedArgs, arm_id

# "Supported logs for Microsoft.ContainerRegistry/registries", Microsoft Learn, 2026-07-14.
_LOGS = Logs(categories=("ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"))
_KEPT_DAYS = 7


class Permissions(StrEnum):
    """Permissions mode of a registry: a pull of images is granted for the registry or for single repositories."""

    REGISTRY = "registry"
    REPOSITORY = "repository"


class ImageRegistryArgs(PlacedArgs):
    """Arguments of an `ImageRegistry`."""

    permissions: NotRequired[Permissions]
    """Role assignment permissions mode of an existing registry; by default `registry`."""


class ImageRegistry(NetworkResource):
    """Container registry without an admin user and without anonymous pulls."""

    TOKEN = "agent-network:index:ImageRegistry"  # noqa: S105 - a type token
    KIND = "image-registry"
    DECLARED = False
    VERBS = of_kind("image-registry")[0].roles("registry")
    REPOSITORY_VERBS: ClassVar[Mapping[str, VerbRole]] = of_kind("image-registry")[0].roles("repository")
    """Verb → role of a registry in repository mode."""

    def __init__(self, name: str, args: ImageRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        self._by_repository = args.get("permissions") == Permissions.REPOSITORY
        if self._by_repository:
            self.rows = self.REPOSITORY_VERBS
        if args.get("existing"):
            known = arm_id(args, "Microsoft.ContainerRegistry/registries")
            registry = containerregistry.Registry.get(name, known, own)
        elif self._by_repository:
            raise ValueError(
                f"registry {name!r} cannot be created in repository mode; use registry mode, or an existing registry"
            )
        else:
            registry = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=registry.id, workspace_id=args["workspace_id"], parent=self)
        self._register(scope=registry.id, within=args["subscription_id"], variables={"ENDPOINT": registry.login_server})

    def allow_pull(self, puller: Grantee, *repositories: str) -> pulumi.CustomResource:
        """Assign a grantee the role to pull some repositories; in a registry without repository mode, all images."""
        return self.allow(puller, "pull", sorted(set(repositories)) if self._by_repository else ())

    def _condition(self, role: Role, paths: Sequence[str]) -> str:
        return in_repositories(role, paths) if self._by_repository else super()._condition(role, paths)


def _create(name: str, args: ImageRegistryArgs, own: pulumi.ResourceOptions) -> "containerregistry.Registry":
    key, zones, names = args.get("customer_key"), args.get("redundancy") is not None, containerregistry.SkuName
    return containerregistry.Registry(
        name,
        registry_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        # Own keys are Premium's. Zones are every tier's by now, and were Premium's, as policies still require:
        # "Enable zone redundancy in Azure Container Registry", Microsoft Learn, 2023-10 and 2026.
        sku=containerregistry.SkuArgs(name=names.PREMIUM if key or zones else names.STANDARD),
        zone_redundancy=containerregistry.ZoneRedundancy.ENABLED if zones else None,
        identity=_identity(key) if key else None,
        encryption=customer_key.for_registry(key) if key else None,
        admin_user_enabled=False,
        anonymous_pull_enabled=False,
        policies=containerregistry.PoliciesArgs(
            # Container Apps pulls with a token for ARM. "Azure Container Apps image pull with managed identity",
            # Microsoft Learn, 2025.
            azure_ad_authentication_as_arm_policy=containerregistry.AzureADAuthenticationAsArmPolicyArgs(
                status="enabled"
            ),
            soft_delete_policy=containerregistry.SoftDeletePolicyArgs(status="enabled", retention_days=_KEPT_DAYS),
        ),
        public_network_access="Enabled",
        opts=own,
    )


def _identity(key: customer_key.CustomerKeyArgs) -> "containerregistry.IdentityPropertiesArgs":
    return containerregistry.IdentityPropertiesArgs(
        type=containerregistry.ResourceIdentityType.USER_ASSIGNED,
        user_assigned_identities={key["identity_id"]: containerregistry.UserIdentityPropertiesArgs()},
    )
