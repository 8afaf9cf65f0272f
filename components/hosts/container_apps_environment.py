"""Component for the Container Apps environment that runs agents, and for the network's Log Analytics workspace.

The workspace is created, unless one outside the network is given.

No key of the workspace is needed anywhere: apps log through Azure Monitor, and a diagnostic setting sends the
logs to the workspace.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import app, operationalinsights

from components.diagnostics import Logs, send_logs

# "Supported logs for Microsoft.App/managedEnvironments", Microsoft Learn, 2025-04-16.
_LOGS = Logs(categories=("ContainerAppConsoleLogs", "ContainerAppSystemLogs"))

CONSUMPTION = "Consumption"
"""Workload profile that every environment has and every agent runs in."""


class HostingEnvironmentArgs(TypedDict):
    """Arguments of a `HostingEnvironment`."""

    environment_name: pulumi.Input[str]
    """Name of the managed environment, and of the workspace."""
    resource_group_name: pulumi.Input[str]
    """Resource group."""
    location: pulumi.Input[str]
    """Azure region."""
    log_retention_days: pulumi.Input[int]
    """Days for which a created workspace keeps logs."""
    workspace_id: NotRequired[pulumi.Input[str] | None]
    """Id of an existing workspace for the logs; by default, a workspace is created. None if none is needed."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class HostingEnvironment(pulumi.ComponentResource):
    """Component for a Container Apps environment with mutual TLS between apps, and for its Log Analytics workspace."""

    environment_id: pulumi.Output[str]
    """Id of the managed environment."""
    workspace_id: pulumi.Output[str] | None
    """Id of the Log Analytics workspace; None if there is none."""
    default_domain: pulumi.Output[str]
    """Domain of the environment's apps, whose addresses begin with the name of the app."""

    def __init__(self, name: str, args: HostingEnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("agent-network:index:HostingEnvironment", name, {**args}, opts)
        own = pulumi.ResourceOptions(parent=self)
        workspace_id = _workspace_id(name, args, own)
        environment = app.ManagedEnvironment(
            name,
            environment_name=args["environment_name"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=args.get("tags"),
            workload_profiles=[app.WorkloadProfileArgs(name=CONSUMPTION, workload_profile_type=CONSUMPTION)],
            app_logs_configuration=app.AppLogsConfigurationArgs(destination="azure-monitor"),
            peer_authentication=app.ManagedEnvironmentPeerAuthenticationArgs(mtls=app.MtlsArgs(enabled=True)),
            peer_traffic_configuration=app.ManagedEnvironmentPeerTrafficConfigurationArgs(
                encryption=app.ManagedEnvironmentEncryptionArgs(enabled=True)
            ),
            public_network_access="Enabled",
            opts=own,
        )
        send_logs(f"{name}-is-logged", _LOGS, source=environment.id, workspace_id=workspace_id, parent=self)
        self.environment_id, self.default_domain = environment.id, environment.default_domain
        self.workspace_id = workspace_id
        outputs = {"environment_id": self.environment_id, "default_domain": self.default_domain}
        self.register_outputs(outputs if workspace_id is None else {**outputs, "workspace_id": workspace_id})


def _workspace_id(name: str, args: HostingEnvironmentArgs, own: pulumi.ResourceOptions) -> pulumi.Output[str] | None:
    """Return the id of the given workspace, which is read, or of a new one; None if there is none."""
    if "workspace_id" in args:
        if args["workspace_id"] is None:
            return None
        # Another name than that of a created workspace, so that neither takes the other's place in the state.
        given = operationalinsights.Workspace.get(f"{name}-logs-go-to", args["workspace_id"], own)
        # The id of a resource that is read can be unknown in a preview; the given one is known.
        return pulumi.Output.all(args["workspace_id"], given.urn).apply(lambda known: str(known[0]))
    created = operationalinsights.Workspace(
        name,
        workspace_name=args["environment_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
        retention_in_days=args["log_retention_days"],
        features=operationalinsights.WorkspaceFeaturesArgs(
            disable_local_auth=True, enable_log_access_using_only_resource_permissions=True
        ),
        opts=own,
    )
    return created.id
