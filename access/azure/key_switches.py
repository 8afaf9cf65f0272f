"""Lists the settings that turn access keys on or off for resource types that have no row in `access.azure.types`.

Owns these types, which a program may contain and network.yaml does not know. Keys are on in each unless the setting
turns them off. What else gives access in such a resource is not read, and the readers say so.
"""

from collections.abc import Mapping
from typing import NamedTuple

from access.azure.types.row import KeySwitch

__all__ = ["ARM_TYPES", "SWITCHES"]


class _Service(NamedTuple):
    token: str
    arm_type: str
    source: str
    setting: str = "disableLocalAuth"


_SERVICES = (
    _Service(
        "azure-native:automation:AutomationAccount",
        "microsoft.automation/automationaccounts",
        "Disable local authentication in Automation, Microsoft Learn, 2025",
    ),
    _Service(
        "azure-native:eventgrid:Domain",
        "microsoft.eventgrid/domains",
        "Authenticate Azure Event Grid clients using access keys, Microsoft Learn, 2025",
    ),
    _Service(
        "azure-native:eventgrid:Topic",
        "microsoft.eventgrid/topics",
        "Authenticate Azure Event Grid clients using access keys, Microsoft Learn, 2025",
    ),
    _Service(
        "azure-native:iothub:IotHubResource",
        "microsoft.devices/iothubs",
        "Control access to IoT Hub by using Microsoft Entra ID, Microsoft Learn, 2025",
    ),
    _Service(
        "azure-native:maps:Account",
        "microsoft.maps/accounts",
        "Authentication with Azure Maps, Microsoft Learn, 2025",
    ),
    _Service(
        "azure-native:redis:Redis",
        "microsoft.cache/redis",
        "Use Microsoft Entra for cache authentication, Microsoft Learn, 2025",
        "disableAccessKeyAuthentication",
    ),
    _Service(
        "azure-native:signalrservice:SignalR",
        "microsoft.signalrservice/signalr",
        "Disable local authentication with Azure SignalR Service, Microsoft Learn, 2025",
    ),
    _Service(
        "azure-native:webpubsub:WebPubSub",
        "microsoft.signalrservice/webpubsub",
        "Disable local authentication with Azure Web PubSub Service, Microsoft Learn, 2025",
    ),
)

SWITCHES: Mapping[str, KeySwitch] = {
    each.arm_type: KeySwitch(each.setting, on=False, absent=True, source=each.source) for each in _SERVICES
}
"""ARM type in lower case → setting of the type's access keys."""

ARM_TYPES: Mapping[str, str] = {each.token: each.arm_type for each in _SERVICES}
"""Pulumi type token → ARM type in lower case."""
