"""Converts between the Pulumi engine's gRPC values and plain Python values.

Owns the translation between a protobuf `Struct` and plain Python: secrets and output values are unwrapped, with the
paths of the secrets, and wrapped again in responses. An unknown stays the engine's sentinel on both sides.
Knows nothing of Azure.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, cast

from google.protobuf.struct_pb2 import Struct, Value

from localazure.arm.property_paths import Path, format_path
from localazure.arm.resource_type import UNKNOWN
from localazure.arm.secret_values import SECRET_SIGNATURE, SIGNATURE
from localazure.errors import LocalAzureError

# How the engine marks special values inside a struct: sdk/go/common/resource/sig/sig.go of pulumi/pulumi, Nov 2026.
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_REFUSED = {
    "c44067f5952c0a294b673a41bacd8c17": "an asset",
    "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
}


# The property in which the SDK puts it: sdk/python/lib/pulumi/dynamic/dynamic.py of pulumi/pulumi, Nov 2026.
_CODE = "__provider"


class UnsupportedValueError(LocalAzureError):
    """Error of an asset or archive, which no resource type of local Azure accepts."""


@dataclass(frozen=True)
class Unwrapped:
    """Plain Python values, and the paths of the secrets in them."""

    values: dict[str, Any]
    secrets: frozenset[Path]


def unwrap(struct: Struct) -> Unwrapped:
    """Convert gRPC values of the Pulumi engine to plain Python values and the paths of their secrets.

    Raises:
        UnsupportedValueError: for assets and archives, naming the property.
    """
    secrets: set[Path] = set()
    values = _object(struct.fields, (), secrets)
    return Unwrapped(values, frozenset(secrets))


def without_provider_code(given: Unwrapped) -> Unwrapped:
    """Return the inputs of a dynamic resource without its pickled provider, which local Azure never runs."""
    if _CODE not in given.values:
        return given
    values = {name: value for name, value in given.values.items() if name != _CODE}
    return Unwrapped(values, frozenset(path for path in given.secrets if path[0] != _CODE))


def wrap(values: Mapping[str, Any], secrets: Iterable[Path] = ()) -> Struct:
    """Convert plain Python values to gRPC values of the Pulumi engine; values at the paths `secrets` are marked secret.

    A secret whose output has another form than its input is marked at the last location that both share; one without an
    output is not marked.
    """
    paths = frozenset(secrets)
    struct = Struct()
    struct.update({key: _marked(value, _below(paths, key)) for key, value in values.items()})
    return struct


def _object(fields: Mapping[str, Value], path: Path, secrets: set[Path]) -> dict[str, Any]:
    # a null property is left out: the SDKs send null for omitted arguments
    return {
        key: _plain(value, (*path, key), secrets)
        for key, value in fields.items()
        if value.WhichOneof("kind") != "null_value"
    }


def _plain(value: Value, path: Path, secrets: set[Path]) -> Any:  # noqa: ANN401 (any JSON value)
    match value.WhichOneof("kind"):
        case "struct_value":
            return _special(value.struct_value.fields, path, secrets)
        case "list_value":
            return [_plain(item, (*path, place), secrets) for place, item in enumerate(value.list_value.values)]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def _special(fields: Mapping[str, Value], path: Path, secrets: set[Path]) -> Any:  # noqa: ANN401 (any JSON value)
    """Convert a gRPC object to Python: a plain object, or the special value (secret, asset, output) that it encodes."""
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if not signature:
        return _object(fields, path, secrets)
    if signature in _REFUSED:
        raise UnsupportedValueError(
            f"{format_path(path)}: {_REFUSED[signature]} is not accepted by any resource type of local Azure; give"
            " a plain value"
        )
    if signature == _RESOURCE:
        return _plain(fields["id"], path, secrets) if "id" in fields else UNKNOWN
    if signature == SECRET_SIGNATURE or (signature == _OUTPUT and "secret" in fields and fields["secret"].bool_value):
        secrets.add(path)
    return _plain(fields["value"], path, secrets) if "value" in fields else UNKNOWN


def _below(paths: AbstractSet[Path], step: str | int) -> frozenset[Path]:
    return frozenset(path[1:] for path in paths if path[0] == step)


def _marked(value: Any, paths: AbstractSet[Path]) -> Any:  # noqa: ANN401 (any JSON value)
    """Return `value` with the secrets at `paths` marked as secret; the paths start below the value."""
    if not paths:
        return value
    if () in paths or not all(_fits(value, path[0]) for path in paths):
        return {SIGNATURE: SECRET_SIGNATURE, "value": value}
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: _marked(item, _below(paths, key)) for key, item in fields.items()}
    return [_marked(item, _below(paths, place)) for place, item in enumerate(cast("list[Any]", value))]


def _fits(value: Any, step: str | int) -> bool:  # noqa: ANN401 (any JSON value)
    if isinstance(step, str):
        return isinstance(value, dict)
    return isinstance(value, list) and step < len(cast("list[Any]", value))
