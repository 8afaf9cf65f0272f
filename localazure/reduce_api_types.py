"""Reduces Azure's published API types to the parts that local Azure checks: `python -m localazure.reduce_api_types`.

Owns reading the layout of bicep-types-az and the API version of the installed SDK. What comes out is described in
`localazure/arm/data/README.md`. Nothing is fetched: the person supplies the directory.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from localazure.arm.api_types import DATA, provider_of
from localazure.arm.resource_type import ResourceType
from localazure.services import catalogue

Schema = dict[str, Any]

_VERSION = re.compile(r"Uses Azure REST API version ([\w-]+?)\.?\s")
# Bits of `flags`, "bicep-types, src/bicep-types/src/types.ts".
_FLAGS = {"required": 1, "read_only": 2, "write_only": 4}
_LIMITS = {
    "minLength": "minLength",
    "maxLength": "maxLength",
    "pattern": "pattern",
    "minValue": "minimum",
    "maxValue": "maximum",
}
_SCALARS = {"StringType": "string", "IntegerType": "integer", "BooleanType": "boolean"}


class ReductionError(Exception):
    """Error of published API types, or of an API version in the SDK, that cannot be found."""


class Reducer:
    """Reduces one `types.json`, whose entries refer to each other by their position in the list."""

    def __init__(self, entries: Sequence[Schema]) -> None:
        self._entries = entries
        self._named: dict[str, Schema] = {}
        self._names: dict[int, str] = {}

    def reduced(self, arm_type: str) -> dict[str, Schema]:
        """Return the reduced object types that a resource's body consists of, by name."""
        wanted = arm_type.lower()
        bodies = [
            each
            for each in self._entries
            if each["$type"] == "ObjectType"
            and str(each["name"]).lower() == wanted
            and "apiVersion" in each["properties"]
        ]
        if len(bodies) != 1:
            raise ReductionError(f"{arm_type} occurs {len(bodies)} times in the API types; one was expected")
        self._named, self._names = {}, {}
        self._reference(bodies[0], arm_type)
        return self._named

    def _reference(self, entry: Schema, name: str) -> Schema:
        """Return a reference to the reduced form of an object type, which is added to the result at its first use."""
        if id(entry) not in self._names:
            others = sum(1 for each in self._named if each.partition(" (")[0] == name)
            unique = f"{name} ({others + 1})" if others else name
            self._names[id(entry)] = unique
            self._named[unique] = {}  # first, for types refer to each other in circles
            self._named[unique] = self._object(entry)
        return {"ref": self._names[id(entry)]}

    def _of(self, reference: Mapping[str, Any]) -> Schema:
        """Convert a reference to an API type into the reduced form of the type."""
        entry = self._entries[int(str(reference["$ref"]).rpartition("/")[2])]
        limits = {ours: entry[theirs] for theirs, ours in _LIMITS.items() if entry.get(theirs) is not None}
        match entry["$type"]:
            case "ObjectType" | "DiscriminatedObjectType":
                return self._reference(entry, entry["name"])
            case "ArrayType":
                most = {"maxItems": entry["maxLength"]} if entry.get("maxLength") is not None else {}
                return {"type": "array", "items": self._of(entry["itemType"]), **most}
            case "StringLiteralType":
                return {"const": entry["value"]}
            case "UnionType":
                return self._union([self._of(each) for each in entry["elements"]])
            case name if name in _SCALARS:
                return {"type": _SCALARS[name], **limits}
            case _:
                return {}

    @staticmethod
    def _union(elements: list[Schema]) -> Schema:
        """Reduce a union type to its set of allowed values, or known values if any text is allowed too."""
        values = [each["const"] for each in elements if "const" in each]
        if len(values) == len(elements):
            return {"enum": values}
        texts = [each for each in elements if each.get("type") == "string"]
        return {"type": "string", "known_values": values} if values and texts else {}

    def _object(self, entry: Schema) -> Schema:
        own = cast("Mapping[str, Schema]", entry.get("properties") or entry.get("baseProperties") or {})
        found: Schema = {"type": "object", "properties": {name: self._property(each) for name, each in own.items()}}
        if entry.get("additionalProperties"):
            found["additional"] = self._of(entry["additionalProperties"])
        if entry["$type"] == "DiscriminatedObjectType":
            found["discriminator"] = entry["discriminator"]
            found["variants"] = {name: self._of(each) for name, each in entry["elements"].items()}
        return found

    def _property(self, described: Schema) -> Schema:
        flags = int(described.get("flags", 0))
        return self._of(described["type"]) | {name: True for name, bit in _FLAGS.items() if flags & bit}


def sdk_version(token: str) -> str:
    """Return the API version that the installed azure-native SDK uses for a type, from the text of its class.

    Raises:
        ReductionError: the SDK has no such class, or it states no version.
    """
    package = find_spec("pulumi_azure_native")
    _, module, name = token.split(":")
    file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    for folder in package.submodule_search_locations or [] if package else []:
        path = Path(folder) / module / f"{file}.py"
        found = _VERSION.search(path.read_text("utf-8")) if path.is_file() else None
        if found:
            return found[1]
    raise ReductionError(f"the installed pulumi-azure-native states no API version for {token}")


def published(directory: Path, arm_type: str, version: str) -> Sequence[Schema]:
    """Load the `types.json` that defines an ARM type in an API version, from any subfolder of a directory.

    Raises:
        ReductionError: it is not there.
    """
    provider = arm_type.partition("/")[0].lower()
    found = sorted(directory.rglob(f"{provider}/{version}/types.json"))
    for path in found:
        entries = cast("list[Schema]", json.loads(path.read_text("utf-8")))
        if any(str(each.get("name", "")).lower() == arm_type.lower() for each in entries):
            return entries
    raise ReductionError(f"{directory}: {arm_type} is in no {provider}/{version}/types.json of this directory")


def reduced(directory: Path, kind: ResourceType) -> Schema:
    """Return the reduced API types of one resource type, as written to its provider's file."""
    version = sdk_version(kind.token)
    types = Reducer(published(directory, kind.arm_type, version)).reduced(kind.arm_type)
    return {"api_version": version, "arm_type": kind.arm_type, "types": types}


def _wanted(names: Sequence[str]) -> Iterator[ResourceType]:
    """Yield the azure-native types of local Azure, limited to the given providers or type tokens if there are any."""
    for kind in catalogue():
        if kind.token.startswith("azure-native:") and (not names or {kind.token, provider_of(kind.token)} & set(names)):
            yield kind


def _written(path: Path) -> dict[str, Schema]:
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the reduced API types to their files; the exit status is 2 if a type is not found."""
    parser = argparse.ArgumentParser(prog="python -m localazure.reduce_api_types", description=__doc__)
    parser.add_argument(
        "directory", type=Path, help="path of a checkout of Azure/bicep-types-az, or of the folder `generated` in it"
    )
    parser.add_argument(
        "name", nargs="*", help="resource provider such as `storage`, or type token, to reduce; default: all types"
    )
    parser.add_argument("--into", type=Path, default=DATA, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    found: dict[str, Schema] = {}
    try:
        for kind in _wanted(given.name):
            found[kind.token] = reduced(given.directory, kind)
    except ReductionError as error:
        parser.error(str(error))
    unknown = sorted(set(given.name) - set(found) - set(map(provider_of, found)))
    if unknown:
        parser.error(f"local Azure simulates no resource types of {', '.join(unknown)}")
    for provider in sorted(set(map(provider_of, found))):
        path = given.into / f"{provider}.json"
        new = {token: entry for token, entry in found.items() if provider_of(token) == provider}
        path.write_text(json.dumps(_written(path) | new, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
