"""Types that run code, have an identity and are outside this project: only their names are needed."""

HOSTS = {
    "microsoft.app/sessionpools": "azure-native:app:ContainerAppsSession",
    "microsoft.compute/virtualmachines": "azure-native:compute:VirtualMachine",
    "microsoft.compute/virtualmachinescalesets": "azure-native:compute:VirtualMachineScaleSet",
    "microsoft.containerinstance/containergroups": "azure-native:containerinstance:ContainerGroup",
    "microsoft.logic/workflows": "azure-native:logic:Workflow",
    "microsoft.web/sites": "azure-native:web:WebApp",
    "microsoft.web/sites/slots": "azure-native:web:WebAppSlot",
}
"""ARM type in lower case → Pulumi's type token."""
