"""Azure resource groups: deleting a resource group deletes every resource in the group.

Facts: "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05; "Azure Resource Manager resource
group and resource deletion", Microsoft Learn, 2024-11.

Differences from Azure: deletion takes no time and is never held up; there are no locks, no policies and no list of
regions.
"""

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls
from localazure.arm.common_rules import constant
from localazure.arm.resource_type import NameCheck, ResourceType
from manifest import azure_naming_rules

_GROUP_NAME = NameCheck(azure_naming_rules.RESOURCE_GROUP, code="InvalidResourceGroup")

_GROUP_OUTPUTS = {"properties": constant({"provisioningState": "Succeeded"})}

# "Azure Resource Manager resource group and resource deletion", Microsoft Learn, 2024-11: 202 with a `Location`; "Azure
# permissions for Management", 2026-04-09, has the read of it. A group is created at once.
_RESULT = StatusUrls(result="{subscription}/operationresults/{operation}")

TYPES = (
    ResourceType(
        "azure-native:resources:ResourceGroup",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
        name_check=_GROUP_NAME,
        immutable_code="InvalidResourceGroupLocation",
        asynchronous=AsynchronousRequests(delete=_RESULT),
        outputs=_GROUP_OUTPUTS,
        adopted_inputs={"location": "westeurope"},
    ),
)
