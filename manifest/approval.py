"""Model of the setting `approval` of a stack: the plans of a release that need an approval, and who may give one."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from manifest.base_model import StrictModel, as_mapping
from manifest.message_formatting import quote_value

__all__ = ["Approval", "ApprovalSetting", "ApprovalSourceName"]

ApprovalSourceName = Literal["github-environment", "github-review", "azure-pipelines", "keys"]
"""Records from which approvals are derived."""

_WHEN = ("growth", "always", "never")
_LONGEST = 720


def _address(value: str) -> str:
    if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value) is None:
        raise ValueError(f"{quote_value(value)} is not an e-mail address; write the one that the approver commits with")
    return value.lower()


def _public_key(value: str) -> str:
    if "PRIVATE KEY" in value:
        raise ValueError("the value is a private key (not shown); revoke it, and write the public key")
    if not value.strip().startswith("-----BEGIN PUBLIC KEY-----"):
        raise ValueError("the value is not a public key; write it as PEM, as `openssl pkey -pubout` prints it")
    return value


class Approval(StrictModel):
    """Plans of a release that need an approval in this environment, and who may give one."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "approvers": "with 'by: keys', write the approvers' public keys as 'keys'; a platform has its own list",
        "approved_by": "an approval is derived from records, and no name is typed",
    }

    when: Literal["growth", "always", "never"] = "growth"
    """Plans that need an approval: those in which access grows, all, or none."""
    hours: Annotated[int, Field(ge=1, le=_LONGEST)] = 24
    """Number of hours for which an approval is valid."""
    by: ApprovalSourceName | None = None
    """Records that approvals are derived from; by default those of the platform that runs the pipeline, or 'keys'."""
    environment: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """With 'github-environment': name of the environment that the deploying job waits for; by default, the stack's."""
    keys: dict[Annotated[str, AfterValidator(_address)], Annotated[str, AfterValidator(_public_key)]] = Field(
        default_factory=dict[str, str]
    )
    """Public keys of approvers, as PEM, by the e-mail address that each commits with."""


def _in_long_form(written: object) -> object:
    """Return the long form of a setting that is one word; leave any other value to the model."""
    if isinstance(written, Approval) or as_mapping(written) is not None:
        return written
    if written not in _WHEN:
        raise ValueError(f"{quote_value(written)} is none of 'growth', 'always' and 'never'")
    return {"when": written}


_MAPPING = {
    "type": "object",
    "properties": {
        "when": {"enum": list(_WHEN), "default": "growth", "description": "Plans that need an approval."},
        "hours": {
            "type": "integer",
            "minimum": 1,
            "maximum": _LONGEST,
            "default": 24,
            "description": "Number of hours for which an approval is valid.",
        },
        "by": {
            "enum": ["github-environment", "github-review", "azure-pipelines", "keys"],
            "description": "Records that approvals are derived from; by default those of the pipeline's platform.",
        },
        "environment": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "description": "With 'github-environment': environment that the deploying job waits for.",
        },
        "keys": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Public keys of approvers, as PEM, by e-mail address.",
        },
    },
    "additionalProperties": False,
}

ApprovalSetting = Annotated[
    Approval, BeforeValidator(_in_long_form), WithJsonSchema({"anyOf": [{"enum": list(_WHEN)}, _MAPPING]})
]
