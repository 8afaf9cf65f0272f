"""Computes a digest of a stack's state that changes with its resources and not with its encryption.

Self-managed backends give a state no serial number. An export has the time of the last update, and each encryption of a
secret writes another text: both are left out (pulumi/pulumi, pkg/resource/stack/deployment.go, 2026).
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from access.azure.flat_properties import SIGNATURE
from access.model.json_values import listed, mapping, text
from release.errors import ReleaseError
from release.inputs.files import text_digest

__all__ = ["pending_operations", "state_digest"]

_ENCRYPTED = frozenset({"ciphertext", "plaintext"})


def state_digest(export: Mapping[str, Any]) -> str:
    """Return the SHA-256 digest of the resources in an export of `pulumi stack export`."""
    deployment = cast("Mapping[str, Any]", export.get("deployment") or {})
    bound = {
        name: value
        for name, value in deployment.items()
        if name not in {"manifest", "secrets_providers", "metadata"} and value
    }
    return text_digest(json.dumps(_without_ciphertext(bound), sort_keys=True, separators=(",", ":")))


def pending_operations(export: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the URNs of the resources whose last operation was interrupted.

    Raises:
        ReleaseError: the export has another form.
    """
    deployment: object = export.get("deployment")
    if not isinstance(deployment, Mapping):
        raise ReleaseError("the state of the stack has no 'deployment'; it is not a state of this version of Pulumi")
    rows = listed(cast("Mapping[str, Any]", deployment).get("pending_operations"))
    return tuple(text(mapping(mapping(row).get("resource")), "urn") or "a resource" for row in rows)


def _without_ciphertext(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        inside = cast("Mapping[str, Any]", value)
        left_out = _ENCRYPTED if SIGNATURE in inside else frozenset[str]()
        return {name: _without_ciphertext(each) for name, each in inside.items() if name not in left_out}
    return [_without_ciphertext(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
