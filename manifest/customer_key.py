"""Model of the customer's own key that encrypts the data of a stack's resources."""

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from manifest.arm_ids import ArmId
from manifest.base_model import StrictModel
from manifest.message_formatting import quote_value

__all__ = ["CustomerKey"]

# "About keys", Microsoft Learn, 2025: the id of a key, with a version or without one.
_KEY = re.compile(
    r"(?P<vault>https://[a-z0-9][a-z0-9-]{1,62}\.(?:vault|managedhsm)\.azure\.net)/keys/(?P<name>[A-Za-z0-9-]{1,127})"
    r"(?:/(?P<version>[0-9a-f]{32}))?",
    re.IGNORECASE,
)
_IDENTITIES = "/providers/microsoft.managedidentity/userassignedidentities/"


def _key(value: str) -> str:
    if _KEY.fullmatch(value) is None:
        raise ValueError(
            f"{quote_value(value)} is not the id of a key; write it like 'https://….vault.azure.net/keys/…', with its"
            " version or without one"
        )
    return value


def _identity(value: str) -> str:
    if _IDENTITIES not in value.lower():
        raise ValueError(f"{quote_value(value)} is not the id of a user-assigned identity")
    return value


class CustomerKey(StrictModel):
    """Key in a vault that encrypts the data of the stack's resources, and the identity that may use the key."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "vault": "the vault is a part of 'key'",
        "version": "the version is the last part of 'key'; without it, Azure follows new versions of the key",
    }

    key: Annotated[str, AfterValidator(_key)]
    """Id of the key: with a version, or without one to follow new versions."""
    identity: Annotated[ArmId, AfterValidator(_identity)]
    """Id of a user-assigned identity with the role Key Vault Crypto Service Encryption User on that key."""

    @property
    def vault_uri(self) -> str:
        """Return the address of the vault."""
        return self._parts["vault"] or ""

    @property
    def key_name(self) -> str:
        """Return the name of the key."""
        return self._parts["name"] or ""

    @property
    def key_version(self) -> str | None:
        """Return the version of the key; None to follow new versions."""
        return self._parts["version"]

    @property
    def _parts(self) -> dict[str, str | None]:
        found = _KEY.fullmatch(self.key)
        return found.groupdict() if found else {"vault": None, "name": None, "version": None}
