"""Type tokens of role assignments and role definitions, with the role system that each belongs to."""

from collections.abc import Mapping

from access.azure.catalogue import System

__all__ = ["ASSIGNMENTS", "DEFINITIONS"]

ASSIGNMENTS: Mapping[str, System] = {
    "azure-native:authorization:RoleAssignment": "azure",
    # An active role of Privileged Identity Management, which counts while it lasts, under the names of its type:
    # "Role Assignment Schedule Requests - Create", REST reference of Azure, 2025.
    "azure-native:authorization:RoleAssignmentSchedule": "azure",
    "azure-native:authorization:RoleAssignmentScheduleRequest": "azure",
    "azure-native:authorization:roleassignmentscheduleinstances": "azure",
    "azure-native:authorization:roleassignmentschedulerequests": "azure",
    "azure-native:authorization:roleassignmentschedules": "azure",
    "azure-native:cosmosdb:SqlResourceSqlRoleAssignment": "cosmos",
}
"""Pulumi type token of a role assignment → its role system."""

DEFINITIONS: Mapping[str, System] = {
    "azure-native:authorization:RoleDefinition": "azure",
    "azure-native:cosmosdb:SqlResourceSqlRoleDefinition": "cosmos",
}
"""Pulumi type token of a role definition → its role system."""
