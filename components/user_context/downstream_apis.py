"""APIs that an agent calls for a user: the ids of their service principal and scopes in the tenant.

Owns the look-up in Entra ID. The ids of an API's scopes are those that its service principal in the tenant lists.
"""

import difflib
import uuid
from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
import pulumi_azuread as azuread

__all__ = ["LOCAL_TENANT", "ApiArgs", "DownstreamApi"]

LOCAL_TENANT = "10ca1000-0000-4000-8000-000000000002"
"""Id of the tenant of local Azure, in which a program runs without the APIs of the organization."""


class ApiArgs(TypedDict):
    """API that an agent calls for users."""

    client_id: str
    """Client id of the API's application."""
    scopes: Sequence[str]
    """Scopes of the API that the agent may have, such as `User.Read`."""


class DownstreamApi:
    """API of which an agent gets scopes for a user, as the tenant knows it."""

    def __init__(self, name: str, args: ApiArgs, opts: pulumi.ResourceOptions) -> None:
        self._name, self._client_id = name, args["client_id"]
        self.scopes = sorted(args["scopes"])
        self._opts = pulumi.InvokeOutputOptions(parent=opts.parent)

    @property
    def service_principal_id(self) -> pulumi.Output[str]:
        """Return the object id of the API's service principal in the tenant."""
        return self._found().apply(lambda found: found.object_id)

    def required_access(self) -> "azuread.ApplicationRequiredResourceAccessArgs":
        """Return the entry of an application's list of the delegated permissions that it requests."""
        found = self._found()
        return azuread.ApplicationRequiredResourceAccessArgs(
            resource_app_id=self._client_id,
            resource_accesses=[
                azuread.ApplicationRequiredResourceAccessResourceAccessArgs(
                    id=found.apply(lambda api, scope=scope: self._scope_id(scope, api)), type="Scope"
                )
                for scope in self.scopes
            ],
        )

    def _found(self) -> "pulumi.Output[azuread.GetServicePrincipalResult]":
        return azuread.get_service_principal_output(client_id=self._client_id, opts=self._opts)

    def _scope_id(self, scope: str, api: "azuread.GetServicePrincipalResult") -> str:
        known: Mapping[str, str] = api.oauth2_permission_scope_ids
        if scope in known:
            return known[scope]
        if not known and api.application_tenant_id == LOCAL_TENANT:
            # Local Azure takes an API of the organization to exist, and knows none of its scopes.
            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._client_id}/{scope}"))
        near = difflib.get_close_matches(scope, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(known)) or 'none'}"
        raise pulumi.RunError(f"the API {self._name!r} has no scope {scope!r} in this tenant; {hint}")
