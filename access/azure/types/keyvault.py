"""Resource types of Microsoft.KeyVault: key vaults, secrets and keys."""

from access.azure.types.row import (
    GROUP,
    MANAGED,
    NOT_DEPLOYED,
    NOT_LISTED,
    OWN,
    WITHIN,
    ArmType,
    KeySwitch,
    Listing,
    NamedOnly,
    VerbRole,
)

SIGNER = "Agent Network Key Signer"
"""Name of the custom role that signs with a key; an administrator, or the bootstrap program, creates the role."""

_VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/{{vaultName}}"

TYPES = (
    ArmType(
        token="azure-native:keyvault:Vault",
        path=_VAULT,
        kind=None,
        operations=OWN,
        # Not keys but access policies: a vault without roles is opened by them, and no role assignment shows by whom.
        keys=KeySwitch(
            "enableRbacAuthorization",
            on=False,
            absent=True,
            source=(
                "Azure role-based access control vs. access policies, Microsoft Learn, 2025 (API versions before 2026)"
            ),
        ),
        listed=Listing("2023-07-01"),
        deployer=MANAGED,
        # "Azure permissions for Security", Microsoft Learn, 2026-04-09.
        status_reads=("Microsoft.KeyVault/locations/operationResults/read",),
    ),
    ArmType(
        token="azure-native:keyvault:Secret",
        path=f"{_VAULT}/secrets/{{secretName}}",
        kind="key-vault-secret",
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        # Its owner sets it in the vault: no program, configuration or state ever holds its value.
        deployer=NOT_DEPLOYED,
        granted_by_itself=True,
        named_only=NamedOnly("azure-native:keyvault:Vault", "/secrets/{secret}"),
        verbs=(
            VerbRole(
                "read",
                "Key Vault Secrets User",
                "read the secret's value",
                "Azure built-in roles for Security, Microsoft Learn, 2026-04-09",
            ),
        ),
    ),
    ArmType(
        token="azure-native:keyvault:Key",
        path=f"{_VAULT}/keys/{{keyName}}",
        kind="key-vault-key",
        operations=OWN,
        keys=WITHIN,
        listed=Listing("2023-07-01", within=True),
        # Its owner imports it into the vault: no program, configuration or state ever holds the key.
        deployer=NOT_DEPLOYED,
        granted_by_itself=True,
        named_only=NamedOnly("azure-native:keyvault:Vault", "/keys/{key}"),
        verbs=(
            VerbRole(
                "sign",
                SIGNER,
                "sign with the key, which never leaves the vault, and read its public half",
                # The least built-in role that signs, Key Vault Crypto User, also decrypts, unwraps and changes keys.
                "Azure permissions for Security, Microsoft Learn, 2026-04-09 (no built-in role only signs)",
            ),
        ),
    ),
)
