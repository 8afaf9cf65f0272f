"""Registers diagnostic settings that send a resource's logs to the network's Log Analytics workspace.

Owns the form of the setting. Each kind of resource owns its log categories.
"""

from collections.abc import Iterable
from typing import NamedTuple

import pulumi
from pulumi_azure_native import monitor


class Logs(NamedTuple):
    """Log categories of one resource type to send, by the names of Azure Monitor's "Supported resource logs"."""

    categories: Iterable[str] = ()
    groups: Iterable[str] = ()
    """Category groups, for types whose categories depend on the tier."""
    own_tables: bool = False
    """True to write to the service's own tables of the workspace instead of the common table."""


def send_logs(
    title: str,
    logs: Logs,
    *,
    source: pulumi.Input[str],
    workspace_id: pulumi.Input[str] | None,
    parent: pulumi.Resource,
) -> None:
    """Register a diagnostic setting that sends a resource's logs to the workspace; without a workspace, do nothing.

    A policy of a landing zone can create the setting instead; a second one with the same category and workspace is
    refused with "Data sink … is already used" (Azure/bicep-registry-modules#3407, 2024-10).

    Args:
        title: logical name of the setting, such as `fabrikam-vault-is-logged`.
        logs: categories to send.
        source: id of the resource.
        workspace_id: id of the Log Analytics workspace; None if somebody else creates the settings.
        parent: Pulumi parent of the setting.
    """
    if workspace_id is None:
        return
    by_category = [monitor.DiagnosticsLogSettingsArgs(category=one, enabled=True) for one in logs.categories]
    by_group = [monitor.DiagnosticsLogSettingsArgs(category_group=one, enabled=True) for one in logs.groups]
    monitor.DiagnosticSetting(
        title,
        name="to-the-network",
        resource_uri=source,
        workspace_id=workspace_id,
        logs=[*by_category, *by_group],
        log_analytics_destination_type="Dedicated" if logs.own_tables else None,
        opts=pulumi.ResourceOptions(parent=parent),
    )
