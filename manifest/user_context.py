"""Model of `acts_for_users` in network.yaml: the APIs, clients and people of an agent that acts for users.

Names here, ids in each environment: client applications, groups and users differ between tenants.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from manifest.base_model import ListField, StrictModel, sorted_strings
from manifest.message_formatting import quote_value

__all__ = ["ActsForUsers"]

Names = Annotated[ListField[str], AfterValidator(sorted_strings)]
Scopes = Annotated[ListField[str], Field(min_length=1)]


def _some_api(apis: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not apis:
        raise ValueError("no API; write at least one, with its scopes, like 'microsoft-graph: [User.Read]'")
    return apis


def _one_name_each(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            raise ValueError(f"{quote_value(name)} is listed {names.count(name)} times; write it once")
    return names


class ActsForUsers(StrictModel):
    """APIs that an agent calls for a user with the user's rights, and the clients and people that it does so for."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "scopes": "scopes belong to one API each; list them in 'apis'",
        "existing": "ids belong to the environment: 'existing' under 'entra' in Pulumi.<stack>.yaml",
        "client_secret": "no secret is stored; the agent's application trusts an identity of the agent",
        "secret": "no secret is stored; the agent's application trusts an identity of the agent",
        "certificate": "no certificate is stored; the agent's application trusts an identity of the agent",
        "redirect_uri": "users sign in at a client, and the agent gets their tokens; remove the key",
        "people": "write 'groups' or 'users'",
        "owners": "owners belong to the environment: 'owners' under 'entra' in Pulumi.<stack>.yaml",
    }

    apis: Annotated[dict[str, Scopes], AfterValidator(_some_api)]
    """The APIs, each with the scopes that the agent may have for a user: microsoft-graph, azure-devops or your own."""
    callers: Annotated[Names, Field(min_length=1), AfterValidator(_one_name_each)]
    """Names of the client applications that may send users' tokens."""
    groups: Annotated[Names, AfterValidator(_one_name_each)] = ()
    """Names of groups whose direct members the agent acts for; assigning a group needs Entra ID P1."""
    users: Annotated[Names, AfterValidator(_one_name_each)] = ()
    """Names of single users that the agent acts for."""
    consent: Literal["users", "admin"] = "users"
    """Consent to the scopes: by each user in the client, or by an administrator for exactly these scopes."""

    @property
    def people(self) -> tuple[str, ...]:
        """Return the names of all groups and users that the agent acts for, sorted."""
        return tuple(sorted({*self.groups, *self.users}))
