"""Names of further Azure compute types that can have an identity, but that this project does not create."""

HOSTS = {
    "microsoft.app/sessionpools": "azure-native:app:ContainerAppsSession",
    "microsoft.compute/virtualmachines": "azure-native:compute:VirtualMachine",
    "microsoft.compute/virtualmachinescalesets": "azure-native:compute:VirtualMachineScaleSet",
    "microsoft.containerinstance/containergroups": "azure-native:containerinstance:ContainerGroup",
    "microsoft.logic/workflows": "azure-native:logic:Workflow",
    "microsoft.web/sites": "azure-native:web:WebApp",
    "microsoft.web/sites/slots": "azure-native:web:WebAppSlot",
}
"""ARM type of a compute host in lower case → Pulumi type token."""
