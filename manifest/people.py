"""People as a model: users and groups of Entra ID who may call agents, and nothing else.

The network says who there is and whom they may call; which id they have in Entra ID is each environment's to say, for
another tenant has others.
"""

from typing import ClassVar, Literal

from pydantic import Field

from manifest.access import Access, AccessEntry
from manifest.base_model import Entry

__all__ = ["People"]


class People(Entry):
    """A group of people, or one of them."""

    refused: ClassVar[dict[str, str]] = {
        "id": "the id in Entra ID differs by tenant: 'people' in Pulumi.<stack>.yaml",
        "name": "people are called by their key",
        "members": "who is in a group is Entra ID's to say",
    }

    kind: Literal["group", "user"]
    """What they are in Entra ID: a security group, or one user."""
    written_access: dict[str, AccessEntry] = Field(default_factory=dict[str, AccessEntry], alias="access")
    """The agents that they may call: 'use', agent by agent."""

    @property
    def access(self) -> tuple[Access, ...]:
        """Every grant, one each, in an order that does not depend on the file's."""
        entries = sorted(self.written_access.items())
        return tuple(grant for name, entry in entries for grant in entry.grants(name))
