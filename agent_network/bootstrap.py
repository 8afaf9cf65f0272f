"""Bootstrap program: creates what a deployer needs before its first deployment of a network, and nothing else.

Somebody who may create groups and assign roles runs it once for each environment; after that, the deployer does all the
rest. It creates the resource group of the network, the identity of the deployer in a group of its own (over which the
deployer has no right, so that it cannot add credentials to itself), and the custom role of the deployer with the
assignment, whose condition narrows the roles that the deployer may assign. For a release pipeline, that group also has
the state of the stack with its key, and an identity that plans and changes nothing.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

import pulumi
from pulumi_azure_native import authorization, managedidentity, resources

from agent_network.custom_role import create_role
from agent_network.pipeline import Existing, PipelineSettings, create_pipeline, graph_reads, pipeline_settings
from agent_network.release_identities import assign
from components.deployer import ACTIONS, Callers, document, signing_role
from manifest import azure_naming_rules

__all__ = ["BootstrapSettings", "deploy", "settings"]

_SUFFIX = "-deployer"
_CALLERS = ("agents", "people")
_GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ANY_PRINCIPAL = "00000000-0000-0000-0000-000000000000"


_REGISTERED_ALWAYS = {"Microsoft.Authorization", "Microsoft.Resources"}
"""Providers that no subscription has to register ("Azure resource providers and types", Microsoft Learn, 2025)."""


@dataclass(frozen=True, kw_only=True)
class BootstrapSettings:
    """Settings of the bootstrap program, from the configuration of its stack."""

    location: str
    resource_group: str
    """Name of the resource group that the network is deployed to."""
    callers: tuple[Callers, ...] = ()
    """Types of principals that network.yaml lets call Foundry agents."""
    roles: tuple[str, ...] = ()
    """Roles that network.yaml grants by name."""
    workspace: str | None = None
    """Id of the Log Analytics workspace of `logs` in network.yaml, if the network has none of its own."""
    signing_subscriptions: tuple[str, ...] = ()
    """Subscriptions whose agents sign with keys of a vault: set in one stack of the tenant only."""
    pipeline: PipelineSettings | None = None
    """Release pipeline that deploys the network; None for people who deploy."""

    def printed(self, subscription: str, object_id: str = _ANY_PRINCIPAL) -> dict[str, Any]:
        """Return the roles and the condition of the deployer, as `agent-network deployer` prints them."""
        return document(
            subscription,
            self.resource_group,
            self.roles,
            self.callers,
            object_id=object_id,
            workspace=self.workspace,
            existing_group=True,
        )


def settings(config: pulumi.Config) -> BootstrapSettings:
    """Return the settings in a stack's configuration.

    Raises:
        RunError: with every mistake in the configuration.
    """
    location, group = config.get("location") or "", config.get("resource_group") or ""
    lists, problems = _lists(config, "callers", "roles", "signing_subscriptions")
    pipeline, more = pipeline_settings(config.get("pipeline"))
    problems += more
    found = BootstrapSettings(
        location=location,
        resource_group=group,
        callers=cast("tuple[Callers, ...]", lists["callers"]),
        roles=lists["roles"],
        workspace=config.get("workspace"),
        signing_subscriptions=lists["signing_subscriptions"],
        pipeline=pipeline,
    )
    if not location:
        problems.append("location: is missing; set the region of the network, such as westeurope")
    problems += _group_problems(group)
    unknown = [each for each in found.callers if each not in _CALLERS]
    problems += [f"callers: {each!r} is not a type of caller; allowed are agents and people" for each in unknown]
    problems += [
        f"signing_subscriptions: {each!r} is not the id of a subscription"
        for each in found.signing_subscriptions
        if not _GUID.fullmatch(each)
    ]
    if not problems:
        try:
            found.printed(_ANY_PRINCIPAL)
        except ValueError as error:
            problems.append(f"roles or workspace: {error}")
    if problems:
        keys = "\n".join(f"Pulumi.{pulumi.get_stack()}.yaml {config.name}:{each}" for each in problems)
        raise pulumi.RunError(keys)
    return found


def deploy() -> None:
    """Register the group of the network, and the identity, the role and the assignment of its deployer, with Pulumi.

    Raises:
        RunError: with every mistake in the stack's configuration.
    """
    chosen = settings(pulumi.Config())
    subscription = authorization.get_client_config().subscription_id
    place = f"/subscriptions/{subscription}"
    group = resources.ResourceGroup(
        "network",
        resource_group_name=chosen.resource_group,
        location=chosen.location,
        # Deleting the group would delete the network in it, and all its data.
        opts=pulumi.ResourceOptions(protect=True),
    )
    own_group = resources.ResourceGroup(
        "deployer",
        resource_group_name=f"{chosen.resource_group}{_SUFFIX}",
        location=chosen.location,
        opts=pulumi.ResourceOptions(protect=chosen.pipeline is not None),
    )
    identity = managedidentity.UserAssignedIdentity(
        "deployer",
        resource_name_="deployer",
        resource_group_name=own_group.name,
        location=chosen.location,
    )
    printed = chosen.printed(subscription)
    condition = identity.principal_id.apply(lambda who: str(chosen.printed(subscription, who)["condition"]))
    role = create_role("deployer", printed["role"], place, after=group)
    assign("deployer-may-deploy", role_id=role.id, scope=printed["scope"], identity=identity, condition=condition)
    finder = create_role("deleted-resource-reader", _own(printed["deleted_role"], chosen), place, after=group)
    found_at = printed["deleted_scope"]
    assign("deployer-may-find-deleted-resources", role_id=finder.id, scope=found_at, identity=identity)
    if chosen.workspace is not None:
        sender = create_role("log-sender", _own(printed["workspace_role"], chosen), place, after=group)
        assign("deployer-may-send-logs", role_id=sender.id, scope=printed["workspace_scope"], identity=identity)
    if chosen.signing_subscriptions:
        _create_signing_role(chosen.signing_subscriptions)
    if chosen.pipeline is not None:
        existing = Existing(network=group, own_group=own_group, deployer=identity, finder=finder)
        create_pipeline(chosen.pipeline, chosen.resource_group, chosen.location, subscription, existing)
    pulumi.export("resource_group", group.name)
    pulumi.export("client_id", identity.client_id)
    pulumi.export("principal_id", identity.principal_id)
    pulumi.export("provider_registrations", provider_registrations())
    permissions = [*printed["graph_permissions"], *(graph_reads() if chosen.pipeline is not None else ())]
    pulumi.export("graph_permissions", [{"identity": "deployer", **each} for each in permissions])
    pulumi.export("notes", printed["notes"])


def provider_registrations() -> list[str]:
    """Return the commands that register the resource providers of a network, which the deployer may not register."""
    names = {each.partition("/")[0] for each in ACTIONS} - _REGISTERED_ALWAYS
    return [f"az provider register --wait --namespace {name}" for name in sorted(names)]


def _create_signing_role(subscriptions: tuple[str, ...]) -> None:
    """Register the role that signs with keys of a vault, of which a tenant has one."""
    written = signing_role(subscriptions)
    properties = written["properties"]
    scope, _, role_id = str(written["id"]).partition("/providers/Microsoft.Authorization/roleDefinitions/")
    authorization.RoleDefinition(
        "key-signer",
        role_definition_id=role_id,
        scope=scope,
        role_name=properties["roleName"],
        role_type=properties["type"],
        description=properties["description"],
        permissions=[
            {"actions": [], "not_actions": [], "data_actions": block["dataActions"], "not_data_actions": []}
            for block in properties["permissions"]
        ],
        assignable_scopes=properties["assignableScopes"],
        # Every network of the tenant that signs loses its access with the role.
        opts=pulumi.ResourceOptions(protect=True),
    )


def _own(role: dict[str, Any], chosen: BootstrapSettings) -> dict[str, Any]:
    """Return a role with a name of this network's own: several networks have roles in one subscription or workspace."""
    return {**role, "Name": f"{role['Name']} for {chosen.resource_group}"}


def _lists(config: pulumi.Config, *keys: str) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return lists of texts in the configuration by key, which are JSON there, and a problem for each other value."""
    lists: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for key in keys:
        try:
            found: object = json.loads(config.get(key) or "[]")
        except ValueError:
            found = None
        texts = cast("list[object]", found) if isinstance(found, list) else None
        if texts is None or not all(isinstance(each, str) for each in texts):
            problems.append(f"{key}: is not a list of texts; write it as a list in YAML")
        lists[key] = tuple(each for each in texts or () if isinstance(each, str))
    return lists, problems


def _group_problems(group: str) -> list[str]:
    if not group:
        return ["resource_group: is missing; set the name of the group that the network is deployed to"]
    why = azure_naming_rules.RESOURCE_GROUP.error(f"{group}{_SUFFIX}")
    return [] if why is None else [f"resource_group: {why} (with {_SUFFIX!r}, which is added for the deployer's group)"]
