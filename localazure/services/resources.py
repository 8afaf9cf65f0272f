"""Resource groups: what everything else lives in, and goes with.

Facts: "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05; "Azure Resource Manager resource
group and resource deletion", Microsoft Learn, 2024-11.

Differences from Azure: deletion takes no time and is never held up; there are no locks, no policies and no list of
regions.
"""

from localazure.arm.common_rules import always
from localazure.arm.resource_type import NameRule, ResourceType

_GROUP_NAME = NameRule(
    pattern=r"[-\w.()]{0,89}[-\w()]",
    words="1 to 90 letters, digits, '-', '_', '.', '(' and ')', the last one no '.'",
    code="InvalidResourceGroup",
)

_GROUP_OUTPUTS = {"properties": always({"provisioningState": "Succeeded"})}

TYPES = (
    ResourceType(
        "azure-native:resources:ResourceGroup",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
        name_rule=_GROUP_NAME,
        immutable_code="InvalidResourceGroupLocation",
        outputs=_GROUP_OUTPUTS,
        assumed={"location": "westeurope"},
    ),
)
