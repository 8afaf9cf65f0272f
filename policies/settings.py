"""Options of a policy in the configuration of the policy pack, in addition to Pulumi's enforcement level."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyConfigSchema

_EXEMPT = {
    "type": "array",
    "description": "Resources whose finding is accepted, each with the reason.",
    "items": {
        "type": "object",
        "properties": {"urn": {"type": "string", "minLength": 1}, "because": {"type": "string", "minLength": 1}},
        "required": ["urn", "because"],
        "additionalProperties": False,
    },
}
_EXEMPT_PROPERTY = {
    **_EXEMPT,
    "description": "Properties whose finding is accepted, each with the reason; other properties are still checked.",
    "items": {
        "type": "object",
        "properties": {
            "urn": {"type": "string", "minLength": 1},
            "property": {"type": "string", "minLength": 1, "description": "The property, as the finding names it."},
            "because": {"type": "string", "minLength": 1},
        },
        "required": ["urn", "property", "because"],
        "additionalProperties": False,
    },
}
_ROLES = {
    "type": "array",
    "description": "Privileged roles, by name or id, that may be held.",
    "items": {"type": "string", "minLength": 1},
}
_PRODUCTION = {"type": "boolean", "description": "Whether the stack is in production."}

# Id of the finding → options that only the policy of this finding has.
_MORE: Mapping[str, Mapping[str, Any]] = {
    "credential-in-plain-sight": {"exempt": _EXEMPT_PROPERTY},
    "mutable-image-tag": {"production": _PRODUCTION},
    "privileged-role": {"allowedRoles": _ROLES},
    "role-granting-role": {"allowedRoles": _ROLES},
    "unread": {"production": _PRODUCTION},
}


@dataclass(frozen=True)
class Settings:
    """Options of one policy from the configuration of the policy pack: exempt resources, allowed roles, production."""

    exempt: frozenset[tuple[str, str]] = frozenset()
    """Resources whose findings are accepted: URN, and the property if the finding is about one property."""
    allowed_roles: frozenset[str] = frozenset()
    """Accepted privileged roles in lower case: names, ids, or the last parts of ids."""
    production: bool = False

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Settings":
        """Read the options from a policy's configuration, which the engine has validated against the schema."""
        return cls(
            frozenset((each["urn"], each.get("property", "")) for each in config.get("exempt", ())),
            frozenset(each.lower() for each in config.get("allowedRoles", ())),
            config.get("production", False),
        )


def schema(rule_id: str) -> PolicyConfigSchema:
    """Return the JSON schema of the options of a policy."""
    return PolicyConfigSchema({"exempt": _EXEMPT, **_MORE.get(rule_id, {})})
