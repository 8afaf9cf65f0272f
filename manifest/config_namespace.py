"""Finds settings that a stack file has under another namespace than the project's.

Pulumi puts the name of the project before each key. Where the project was renamed, or the name mistyped, every key of
the environment appears to be missing; the cause is one, and so is the error.
"""

from collections.abc import Callable, Iterable

from manifest.message_formatting import quote_value

__all__ = ["misplaced_keys", "namespace_message"]

# Configuration of Pulumi's own packages, which has keys such as `location` too.
_PACKAGES = frozenset({"azapi", "azure", "azure-native", "azuread", "kubernetes", "pulumi"})


def misplaced_keys(
    keys: Iterable[str], project: str, fields: Iterable[str], is_set: Callable[[str], bool]
) -> dict[str, list[str]]:
    """Return the environment's keys under other namespaces, by namespace; without those that are also set right."""
    found: dict[str, list[str]] = {}
    names = frozenset(fields)
    for key in keys:
        namespace, _, field = key.rpartition(":")
        if namespace in ("", project) or namespace in _PACKAGES:
            continue
        if field in names and not is_set(field):
            found.setdefault(namespace, []).append(key)
    return found


def namespace_message(namespace: str, keys: list[str], project: str) -> str:
    """Return the error message for stack settings under a namespace that is not the project's."""
    number = "this key is" if len(keys) == 1 else f"{len(keys)} keys are"
    right = f"{project}:{keys[0].rpartition(':')[2]}"
    return (
        f"{number} in the namespace {quote_value(namespace)}, and the project is {quote_value(project)} (Pulumi.yaml);"
        f" write {quote_value(right)}{', and so on' if len(keys) > 1 else ''}"
    )
