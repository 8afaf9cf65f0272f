"""Resource types of Microsoft.EventHub: Event Hubs namespaces and event hubs."""

from access.azure.types.row import GROUP, NOT_DEPLOYED, NOT_LISTED, OWN, WITHIN, ArmType, KeySwitch, Listing

_NAMESPACE = f"{GROUP}/providers/Microsoft.EventHub/namespaces/{{namespaceName}}"

TYPES = (
    ArmType(
        token="azure-native:eventhub:Namespace",
        path=_NAMESPACE,
        kind=None,
        operations=OWN,
        keys=KeySwitch(
            "disableLocalAuth",
            on=False,
            absent=True,
            source="Disable local or shared access key authentication with Event Hubs, Microsoft Learn, 2025",
        ),
        listed=Listing("2021-11-01"),
        deployer=NOT_DEPLOYED,
    ),
    ArmType(
        token="azure-native:eventhub:EventHub",
        path=f"{_NAMESPACE}/eventhubs/{{eventHubName}}",
        kind=None,
        # Sending to one hub is an operation of the namespace: "Azure permissions", Microsoft Learn, 2026-04-09.
        operations=("microsoft.eventhub/namespaces/messages",),
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
        granted_by_itself=True,
    ),
)
