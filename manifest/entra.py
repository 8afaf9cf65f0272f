"""Model of the setting `entra` of a stack: the ids of clients, groups, users and applications in the tenant.

It has ids alone and no secret, and decides which objects of Entra ID the deploying identity may create; without such a
right, an administrator makes them, and their ids are set here.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from manifest import azure_naming_rules as azure
from manifest.apis import SCOPE_NAME, Api, CloudName
from manifest.base_model import ListField, StrictModel, sorted_strings
from manifest.message_formatting import quote_value
from manifest.name_rules import NameRule

__all__ = ["CALLER", "GUID_SCHEMA", "Entra", "ExistingApplication", "OwnApi", "guid_check"]

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_NIL = "00000000-0000-0000-0000-000000000000"
CALLER = NameRule("a client application", 1, 60, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, "ours")
API = NameRule("an API", 1, 60, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, "ours")


def guid_check(what: str, command: str) -> AfterValidator:
    """Return the check of a GUID of Entra ID; the command in its message prints the right one."""

    def check(value: str) -> str:
        if re.fullmatch(_UUID, value) is None or value == _NIL:
            raise ValueError(f"{quote_value(value)} is not {what}; write the GUID that `{command}` prints")
        return value.lower()

    return AfterValidator(check)


def _grant_id(value: str) -> str:
    # Both are texts of base64 without padding: "appRoleAssignment resource type" and "oAuth2PermissionGrant resource
    # type", Microsoft Learn, 2025.
    if re.fullmatch("[A-Za-z0-9_-]{20,120}", value) is None:
        raise ValueError(
            f"{quote_value(value)} is not the id of an assignment or a grant, as Microsoft Graph prints it"
        )
    return value


def _host(value: str) -> str:
    if re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", value) is None:
        raise ValueError(
            f"{quote_value(value)} is not the name of one host; write it in lower case like 'billing.example.com'"
        )
    return value


def _resource(value: str) -> str:
    if re.fullmatch(r"api://[A-Za-z0-9._/-]*[A-Za-z0-9]|https://[a-z0-9.-]+(?:/[A-Za-z0-9._-]+)*", value) is None:
        raise ValueError(
            f"{quote_value(value)} is not the identifier URI of an API; write it like 'api://…' or 'https://…', without"
            " a scope and without a slash at its end"
        )
    return value


GUID_SCHEMA: dict[str, Any] = {"pattern": f"^{_UUID}$"}
"""JSON schema of a GUID of Entra ID."""
ClientId = Annotated[
    str,
    guid_check("a client id of Entra ID", "az ad app show --id … --query appId"),
    Field(json_schema_extra=GUID_SCHEMA),
]
ObjectId = Annotated[
    str,
    guid_check("an object id of Entra ID", "az ad group show` or `az ad user show"),
    Field(json_schema_extra=GUID_SCHEMA),
]
GrantId = Annotated[str, AfterValidator(_grant_id)]


class OwnApi(StrictModel):
    """API of the organization that agents may call for users, in addition to the known ones."""

    unsupported_keys: ClassVar[dict[str, str]] = {"scopes": "the scopes of an agent are set in network.yaml"}

    client_id: ClientId
    """Client id of the API's application."""
    hosts: Annotated[ListField[Annotated[str, AfterValidator(_host)]], Field(min_length=1)]
    """Names of the hosts that tokens for the API may be sent to."""
    resource: Annotated[str, AfterValidator(_resource)] | None = None
    """Identifier URI of the API; by default, its client id."""

    def as_api(self, cloud: CloudName) -> Api:
        """Return the API in the form of a known one; it exists in the environment's cloud."""
        resource = self.resource or self.client_id
        return Api(client_id=self.client_id, resources={cloud: resource}, hosts={cloud: self.hosts}, scopes=SCOPE_NAME)


class ExistingApplication(StrictModel):
    """Ids of the objects that an administrator has made for one agent; the stack neither creates nor changes them."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "secret": "no secret is stored; the application trusts an identity of the agent",
        "object_id": "the key is 'application'",
        "principal_id": "the key is 'service_principal'",
    }

    client_id: ClientId | None = None
    """Client id of the agent's application; set with 'application' and 'service_principal', or not at all."""
    application: ObjectId | None = None
    """Object id of the agent's application."""
    service_principal: ObjectId | None = None
    """Object id of the application's service principal."""
    federated_credential: ObjectId | None = None
    """Id of the application's federated credential; without it, the credential is still to be made."""
    assignments: dict[str, GrantId] = Field(default_factory=dict[str, str])
    """Ids of app role assignments, by the name of the group, user or calling agent."""
    consents: dict[str, GrantId] = Field(default_factory=dict[str, str])
    """Ids of the consent that an administrator has given, by API."""

    @property
    def application_ids(self) -> tuple[str, str, str] | None:
        """Return the ids of application and service principal: client id, object id and object id; None if not set."""
        if self.client_id is None or self.application is None or self.service_principal is None:
            return None
        return self.client_id, self.application, self.service_principal


class Entra(StrictModel):
    """Ids in Entra ID of an environment's tenant, and the objects that the deploying identity may create there."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "people": "the ids of people who call agents of Foundry are set in 'people' of the environment",
        "tenant": "the tenant is the one of the signed-in identity; remove the key",
        "applications": "ids of applications that exist already are set in 'existing', by agent",
    }

    deployer_rights: Literal["none", "applications", "all"] = "none"
    """Objects that the deploying identity may create: none, applications, or also their assignments and consent."""
    owners: Annotated[ListField[ObjectId], AfterValidator(sorted_strings)] = ()
    """Object ids of the owners of every application that the stack creates."""
    callers: dict[Annotated[str, CALLER], ClientId] = Field(default_factory=dict[str, str])
    """Client ids of client applications, by name in 'callers' of network.yaml."""
    groups: dict[Annotated[str, CALLER], ObjectId] = Field(default_factory=dict[str, str])
    """Object ids of groups, by name in 'groups' of network.yaml."""
    users: dict[Annotated[str, CALLER], ObjectId] = Field(default_factory=dict[str, str])
    """Object ids of users, by name in 'users' of network.yaml."""
    apis: dict[Annotated[str, API], OwnApi] = Field(default_factory=dict[str, OwnApi])
    """The organization's own APIs, by name in 'apis' of network.yaml."""
    existing: dict[str, ExistingApplication] = Field(default_factory=dict[str, ExistingApplication])
    """Ids of objects that an administrator has made, by agent."""

    def application_ids(self, agent: str) -> tuple[str, str, str] | None:
        """Return the ids of an agent's application that an administrator has made; None if the stack creates it."""
        existing = self.existing.get(agent)
        return None if existing is None else existing.application_ids

    @property
    def people(self) -> Mapping[str, str]:
        """Return the object ids of all groups and users, by name."""
        return {**self.groups, **self.users}
