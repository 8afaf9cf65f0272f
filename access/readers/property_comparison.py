"""Compares the properties of a resource in the program with those that Azure returns.

A policy with the effect `modify` changes a request after the program has sent it, and so does a person in the portal;
the provider compares inputs with earlier inputs, so that no preview shows either ("Azure Policy definitions modify
effect", Microsoft Learn, 2026-01). Compared are the booleans, numbers and words that the program sets, in the types
that live Azure lists with their properties. Not compared are ids, addresses and names with dots or slashes, which the
simulated program has of its own, properties that Azure's list leaves out, and tags that the program does not set.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from access.azure.flat_properties import flattened
from access.model.property_difference import PropertyDifference
from safe_text.credentials import detect_credential

__all__ = ["differences_of"]

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,59}|\d+(?:\.\d+)?")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
_SCALAR = (str, bool, int, float)
_RENAMED = {"networkRuleSet": "networkAcls"}
"""Name of a property in azure-native → its name in Azure: azure-native 3.29 and the storage API 2024-01-01."""
_DEFAULTS: Mapping[str, object] = {
    "publicNetworkAccess": "Enabled",
    "networkAcls.defaultAction": "Allow",
    "networkRuleSet.defaultAction": "Allow",
    "isVirtualNetworkFilterEnabled": False,
}
"""Property that closes a resource → value where nothing sets it: templates' reference, Microsoft Learn, 2026."""


def differences_of(declared: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[PropertyDifference, ...]:
    """Return the properties that have another value in live Azure than in the program, in the program's order.

    Args:
        declared: properties of the resource in the program.
        live: properties of the resource as Azure returns them; empty if Azure lists none.
    """
    program, there = flattened(declared), flattened(live)
    return (*_mapping(program, there, ""), *_unset(program, there))


def _unset(declared: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[PropertyDifference]:
    """Yield the properties of the network that the program leaves at Azure's default, and that have another value."""
    for path, default in _DEFAULTS.items():
        found = _at(live, path)
        names = {path, *(path.replace(new, old) for old, new in _RENAMED.items())}
        is_unset = all(_at(declared, name) is None for name in names)
        if found is not None and is_unset and _normal(found) != _normal(default):
            yield PropertyDifference(property=path, declared=f"{_shown(default)} by default", live=_shown(found))


def _at(values: Mapping[str, Any], path: str) -> object:
    found: object = values
    for name in path.split("."):
        found = cast("Mapping[str, object]", found).get(name) if isinstance(found, Mapping) else None
    return found


def _mapping(declared: Mapping[str, Any], live: Mapping[str, Any], path: str) -> Iterator[PropertyDifference]:
    by_name = {name.lower(): value for name, value in live.items()}
    for name, value in declared.items():
        there = by_name.get(name.lower(), by_name.get(_RENAMED.get(name, "").lower()))
        if there is not None:
            yield from _value(value, there, f"{path}.{name}".lstrip("."))


def _value(declared: object, live: object, path: str) -> Iterator[PropertyDifference]:
    if isinstance(declared, Mapping):
        if isinstance(live, Mapping):
            yield from _mapping(cast("Mapping[str, Any]", declared), cast("Mapping[str, Any]", live), path)
    elif _is_list(declared) and _is_list(live):
        yield from _list(cast("Sequence[object]", declared), cast("Sequence[object]", live), path)
    elif _is_compared(declared) and isinstance(live, _SCALAR) and _normal(declared) != _normal(live):
        yield PropertyDifference(property=path, declared=_shown(declared), live=_shown(live))


def _list(declared: Sequence[object], live: Sequence[object], path: str) -> Iterator[PropertyDifference]:
    """Compare lists item by item; a list that Azure has in another length is one difference."""
    if len(declared) != len(live):
        yield PropertyDifference(property=path, declared=_length(declared), live=_length(live))
        return
    if all(map(_is_compared, declared)) and sorted(map(_normal, declared)) == sorted(map(_normal, live)):
        return
    for number, (one, other) in enumerate(zip(declared, live, strict=True)):
        yield from _value(one, other, f"{path}[{number}]")


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_compared(value: object) -> bool:
    """Return True for a boolean, a number or a word; not for an id, an address or a value of the simulation."""
    if isinstance(value, str):
        return bool(_WORD.fullmatch(value)) and not _UUID.search(value)
    return isinstance(value, bool | int | float)


def _normal(value: object) -> str:
    """Return a value in a form in which Azure's spelling does not count: `West Europe` is `westeurope`."""
    text = str(value).lower().replace(" ", "")
    return text.removesuffix(".0")


def _shown(value: object) -> str:
    if isinstance(value, str) and detect_credential(value):
        return "(not shown)"
    return repr(value) if isinstance(value, str) else str(value).lower()


def _length(value: Sequence[object]) -> str:
    return f"{len(value)} entries" if len(value) != 1 else "1 entry"
