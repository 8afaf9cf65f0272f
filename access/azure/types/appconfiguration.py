"""Resource types of Microsoft.AppConfiguration: configuration stores."""

from access.azure.types.row import GROUP, MANAGED, OWN, ArmType, KeySwitch, Listing, VerbRole

_STORE = "Microsoft.AppConfiguration/configurationStores"

TYPES = (
    ArmType(
        token="azure-native:appconfiguration:ConfigurationStore",
        path=f"{GROUP}/providers/{_STORE}/{{configStoreName}}",
        kind="app-configuration",
        operations=OWN,
        keys=KeySwitch(
            "disableLocalAuth",
            on=False,
            absent=True,
            source=f"{_STORE} in the templates' reference, Microsoft Learn, 2026",
        ),
        listed=Listing("2023-03-01"),
        deployer=MANAGED,
        verbs=(
            VerbRole(
                "read",
                "App Configuration Data Reader",
                "read every key and value of the store",
                "Azure built-in roles for Integration, Microsoft Learn, 2026-04-09",
            ),
        ),
        # "Azure permissions for Integration", Microsoft Learn, 2026-04-09.
        status_reads=("Microsoft.AppConfiguration/locations/operationsStatus/read",),
    ),
)
