"""Form of Pulumi's type tokens of azure-native, in which versions and older module names do not differ."""

__all__ = ["azure_native_token"]

_MODULES = {"documentdb": "cosmosdb"}
"""Modules of azure-native that had other names before version 3."""


def azure_native_token(kind: str) -> str:
    """Return a Pulumi type token without API version; empty for types outside azure-native.

    A version is part of the module (`storage/v20240101`), or of the package that was generated for it
    (`azure-native_storage_v20240101`).
    """
    package, _, rest = kind.partition(":")
    if package != "azure-native" and not package.startswith("azure-native_"):
        return ""
    module, _, name = rest.rpartition(":")
    module = module.partition("/")[0]
    return f"azure-native:{_MODULES.get(module, module)}:{name}"
