"""Release pipeline of a network, as far as an administrator creates it: the state, and who plans and applies.

Part of the bootstrap program. Everything is in the deployer's group, where neither identity has a right beyond reading
settings, the containers and the key of the state, so that neither can add a credential to an identity.
"""

import json
import re
from dataclasses import dataclass
from typing import cast

import pulumi
from pulumi_azure_native import authorization, managedidentity, resources

from agent_network.custom_role import create_role
from agent_network.release_identities import assign, assign_approvers, trust_job, use_state
from agent_network.state_store import create_state_store
from agent_network.trusted_jobs import Jobs, trusted_jobs
from components.release_roles import access_reader_role, planner_role
from manifest import azure_naming_rules

__all__ = ["Existing", "PipelineSettings", "create_pipeline", "graph_reads", "pipeline_settings"]

_GUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_GRAPH_READS = {
    "Application.Read.All": "reads the Entra applications of agents, their assignments and their credentials",
    "DelegatedPermissionGrant.Read.All": "reads the consents to these applications",
    "GroupMember.Read.All": "reads who is in the tenant's groups, since a group can hold a role",
}


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """Settings of the bootstrap program for a release pipeline."""

    state_account: str
    """Name of the storage account of the state."""
    vault: str
    """Name of the vault with the key of the state."""
    jobs: Jobs
    """Jobs that may sign in."""
    approvers: str = ""
    """Object id of the group whose members sign approvals with keys; empty if a platform has the approvals."""


def pipeline_settings(text: str | None) -> tuple[PipelineSettings | None, list[str]]:
    """Return the settings of a release pipeline, which are JSON in the configuration, and every mistake in them."""
    if text is None:
        return None, []
    try:
        found: object = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return None, ["pipeline: is not a mapping of settings; write it as one in YAML"]
    given = cast("dict[str, object]", found)
    jobs, problems = trusted_jobs(given)
    allowed = ("state_account", "vault", "github", "azure_pipelines", "approvers")
    problems += [f"{key}: is not a setting; allowed are {', '.join(allowed)}" for key in given if key not in allowed]
    for key, kind in (("state_account", "storage-account"), ("vault", "key-vault")):
        name = given.get(key, "")
        why = azure_naming_rules.PARENTS[kind].rule.error(str(name)) if name else "is missing; set a name"
        problems += [] if why is None else [f"{key}: {why}"]
    approvers = str(given.get("approvers") or "").lower()
    if approvers and not _GUID.fullmatch(approvers):
        problems.append(
            f"approvers: {approvers!r} is not the object id of a group; `az ad group show --group NAME --query id`"
            " prints it"
        )
    if problems or jobs is None:
        return None, [f"pipeline.{each}" for each in problems]
    account, vault = str(given["state_account"]), str(given["vault"])
    return PipelineSettings(state_account=account, vault=vault, jobs=jobs, approvers=approvers), []


@dataclass(frozen=True, kw_only=True)
class Existing:
    """Resources of the bootstrap program that a release pipeline uses."""

    network: resources.ResourceGroup
    own_group: resources.ResourceGroup
    deployer: managedidentity.UserAssignedIdentity
    finder: authorization.RoleDefinition
    """Role that finds soft-deleted resources, which a preview looks for."""


def graph_reads() -> list[dict[str, str]]:
    """Return the permissions of Microsoft Graph with which both identities find access that nobody declared."""
    return [{"permission": key, "if_stolen": value} for key, value in _GRAPH_READS.items()]


def create_pipeline(
    settings: PipelineSettings, resource_group: str, location: str, subscription: str, existing: Existing
) -> None:
    """Register the state of a release pipeline, the identity that plans, and the jobs that sign in as each identity."""
    place, own_group, deployer = f"/subscriptions/{subscription}", existing.own_group, existing.deployer
    store = create_state_store(
        account_name=settings.state_account,
        vault_name=settings.vault,
        network=resource_group,
        group=own_group,
        group_id=f"{place}/resourceGroups/{resource_group}-deployer",
        location=location,
    )
    planner = managedidentity.UserAssignedIdentity(
        "planner", resource_name_="planner", resource_group_name=own_group.name, location=location
    )
    group_id = f"{place}/resourceGroups/{resource_group}"
    planning = create_role("planner", planner_role(resource_group, group_id), group_id, after=existing.network)
    assign("planner-may-read-the-network", role_id=planning.id, scope=existing.network.id, identity=planner)
    reading = create_role(
        "access-reader", access_reader_role(resource_group, subscription), place, after=existing.network
    )
    for who, identity in (("planner", planner), ("deployer", deployer)):
        assign(f"{who}-may-read-access", role_id=reading.id, scope=place, identity=identity)
    assign("planner-may-find-deleted-resources", role_id=existing.finder.id, scope=place, identity=planner)
    use_state("planner", planner, store, subscription=subscription, writes=False)
    use_state("deployer", deployer, store, subscription=subscription, writes=True)
    if settings.approvers:
        assign_approvers(settings.approvers, store, subscription=subscription)
    trust_job("planner-trusts-plan-job", settings.jobs.plan, planner, name="planner", group=own_group.name)
    trust_job("deployer-trusts-apply-job", settings.jobs.apply, deployer, name="deployer", group=own_group.name)
    pulumi.export("plan_client_id", planner.client_id)
    pulumi.export("plan_principal_id", planner.principal_id)
    pulumi.export("backend_url", store.backend_url)
    pulumi.export("secrets_provider", store.secrets_provider)
    pulumi.export(
        "plan_graph_permissions",
        graph_reads(),
    )
