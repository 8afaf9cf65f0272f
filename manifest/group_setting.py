"""Model of the setting `resource_group` of a stack: the name of a group, or name and `existing`.

A landing zone hands out the group of a workload with its policies and budget, so that the program may not create it.
"""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, WithJsonSchema

from manifest.azure_naming_rules import RESOURCE_GROUP
from manifest.base_model import StrictModel, as_mapping
from manifest.generated_names import ResourceGroupName
from manifest.message_formatting import quote_value

__all__ = ["GroupSetting", "ResourceGroup"]


class ResourceGroup(StrictModel):
    """Resource group of a stack: its name, and whether the stack creates the group."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "location": "resources are created in the stack's 'location', and an existing group keeps its own",
        "subscription": "a stack deploys to one subscription, which ARM_SUBSCRIPTION_ID or `az account set` selects",
        "tags": "set 'tags' of the stack; tags of an existing group are not changed",
    }

    name: ResourceGroupName
    """Name of the resource group."""
    existing: bool = False
    """True for a group that exists already: the stack uses it, and neither creates, changes nor deletes it."""


def _in_long_form(written: object) -> object:
    """Return the long form of a group that is given by its name alone; leave any other value to the model."""
    if isinstance(written, ResourceGroup) or as_mapping(written) is not None:
        return written
    if not isinstance(written, str):
        message = f"{quote_value(written)} is neither the name of a resource group nor a mapping with 'name'"
        raise ValueError(message)  # noqa: TRY004 - pydantic needs a ValueError
    return {"name": RESOURCE_GROUP.check(written)}


_LIMITS = {"minLength": RESOURCE_GROUP.shortest, "maxLength": RESOURCE_GROUP.longest}
_NAME = {"type": "string", **_LIMITS, "pattern": f"^(?:{RESOURCE_GROUP.pattern})$"}
_MAPPING = {
    "type": "object",
    "properties": {
        "name": {**_NAME, "description": "Name of the resource group."},
        "existing": {
            "type": "boolean",
            "default": False,
            "description": "True for a group that exists already: the stack does not create it.",
        },
    },
    "required": ["name"],
    "additionalProperties": False,
}

GroupSetting = Annotated[ResourceGroup, BeforeValidator(_in_long_form), WithJsonSchema({"anyOf": [_NAME, _MAPPING]})]
