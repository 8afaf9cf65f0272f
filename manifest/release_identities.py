"""Model of the setting `release_identities` of a stack: the object ids of the identities that plan and apply."""

from typing import Annotated

from pydantic import Field

from manifest.base_model import StrictModel
from manifest.entra import GUID_SCHEMA, guid_check

__all__ = ["ReleaseIdentities"]

_ObjectId = Annotated[
    str,
    guid_check("an object id of Entra ID", "pulumi stack output principal_id` or `… plan_principal_id"),
    Field(json_schema_extra=GUID_SCHEMA),
]


class ReleaseIdentities(StrictModel):
    """Object ids in Entra ID of the two identities that release this stack; their known roles count as declared."""

    plan: _ObjectId | None = None
    """Identity that plans: the output `plan_principal_id` of the bootstrap."""
    apply: _ObjectId | None = None
    """Identity that applies, the deployer: the output `principal_id` of the bootstrap."""
