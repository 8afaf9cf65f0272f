"""Keys of an environment that a stack file has under another namespace than the project's.

Pulumi puts the name of the project before each key. Where the project was renamed, or the name mistyped, every key of
the environment appears to be missing; the cause is one, and so is the error.
"""

from collections.abc import Callable, Iterable

from manifest.phrases import show

__all__ = ["misplaced", "namespace_message"]

# Configuration of Pulumi's own packages, which has keys such as `location` too.
_PACKAGES = frozenset({"azapi", "azure", "azure-native", "azuread", "kubernetes", "pulumi"})


def misplaced(
    keys: Iterable[str], project: str, fields: Iterable[str], is_set: Callable[[str], bool]
) -> dict[str, list[str]]:
    """By namespace, the keys with the name of a field that the project's own configuration leaves out."""
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
    """The message for the keys under a namespace that is not the project's."""
    number = "this key is" if len(keys) == 1 else f"{len(keys)} keys are"
    right = f"{project}:{keys[0].rpartition(':')[2]}"
    return (
        f"{number} in the namespace {show(namespace)}, and the project is {show(project)} (Pulumi.yaml);"
        f" write {show(right)}{', and so on' if len(keys) > 1 else ''}"
    )
