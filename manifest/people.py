"""Model of people: users and groups of Entra ID who may call agents, and have no other access.

The network declares them and the agents that they may call; each environment sets their ids in Entra ID, which differ
between tenants.
"""

from typing import ClassVar, Literal

from pydantic import Field

from manifest.access import Access, AccessEntry
from manifest.base_model import StrictModel

__all__ = ["People"]


class People(StrictModel):
    """Group or user of Entra ID in `network.yaml`, with the agents that they may call."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "id": "the id in Entra ID differs by tenant: 'people' in Pulumi.<stack>.yaml",
        "name": "the name of people is their key",
        "members": "the members of a group are managed in Entra ID",
    }

    kind: Literal["group", "user"]
    """Type in Entra ID: a security group, or one user."""
    written_access: dict[str, AccessEntry] = Field(default_factory=dict[str, AccessEntry], alias="access")
    """Agents that they may call, each with the verb 'use'."""

    @property
    def access(self) -> tuple[Access, ...]:
        """Return every declared grant of the people, sorted, so that the order does not depend on the file."""
        entries = sorted(self.written_access.items())
        return tuple(grant for name, entry in entries for grant in entry.grants(name))
