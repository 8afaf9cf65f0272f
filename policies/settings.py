"""What can be said to a policy in the pack's configuration, besides Pulumi's own enforcement level."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyConfigSchema

_EXEMPT = {
    "type": "array",
    "description": "Resources of which this is accepted, each with the reason.",
    "items": {
        "type": "object",
        "properties": {"urn": {"type": "string", "minLength": 1}, "because": {"type": "string", "minLength": 1}},
        "required": ["urn", "because"],
        "additionalProperties": False,
    },
}
_ROLES = {
    "type": "array",
    "description": "Roles, by name or id, that may be held besides those that are not privileged.",
    "items": {"type": "string", "minLength": 1},
}
_PRODUCTION = {"type": "boolean", "description": "Whether the stack is in production."}

# By id of the finding, what only its policy can be told.
_MORE: Mapping[str, Mapping[str, Any]] = {
    "mutable-image-tag": {"production": _PRODUCTION},
    "privileged-role": {"allowedRoles": _ROLES},
    "role-granting-role": {"allowedRoles": _ROLES},
    "unread": {"production": _PRODUCTION},
}


@dataclass(frozen=True)
class Settings:
    """What one policy was told; nothing, by default."""

    exempt: frozenset[str] = frozenset()
    """URNs."""
    allowed_roles: frozenset[str] = frozenset()
    """In lower case: names, ids, or the last parts of ids."""
    production: bool = False

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Settings":
        """From the configuration of a policy, which the engine has checked against its schema."""
        return cls(
            frozenset(each["urn"] for each in config.get("exempt", ())),
            frozenset(each.lower() for each in config.get("allowedRoles", ())),
            config.get("production", False),
        )


def schema(rule_id: str) -> PolicyConfigSchema:
    """What the policy of a finding can be told."""
    return PolicyConfigSchema({"exempt": _EXEMPT, **_MORE.get(rule_id, {})})
