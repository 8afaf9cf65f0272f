"""Resource types of Microsoft.Insights: diagnostic settings."""

from access.azure.types.row import MANAGED, NOT_LISTED, NOTHING_TO_OPEN, OWN, ArmType

TYPES = (
    ArmType(
        token="azure-native:monitor:DiagnosticSetting",
        path="{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=NOT_LISTED,
        deployer=MANAGED,
    ),
)
