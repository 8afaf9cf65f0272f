"""Types of resource ids of Azure Resource Manager in the user's files."""

import re
from typing import Annotated

from pydantic import AfterValidator

from manifest.message_formatting import quote_value

__all__ = ["ArmId", "WorkspaceId"]

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _arm_id(value: str) -> str:
    if re.fullmatch(f"/subscriptions/{_UUID}/resourceGroups/[^/]+/providers/[^/]+(?:/[^/]+/[^/]+)+", value) is None:
        raise ValueError(
            f"{quote_value(value)} is not a resource id of Azure; write it like '/subscriptions/…/providers/…'"
        )
    return value


def _workspace(value: str) -> str:
    if "/providers/microsoft.operationalinsights/workspaces/" not in _arm_id(value).lower():
        raise ValueError(
            f"{quote_value(value)} is not the id of a workspace; write the id of a Log Analytics workspace"
        )
    return value


ArmId = Annotated[str, AfterValidator(_arm_id)]
"""Id of a resource in a resource group."""
WorkspaceId = Annotated[str, AfterValidator(_workspace)]
"""Id of a Log Analytics workspace."""
