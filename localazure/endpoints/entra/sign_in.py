"""Interactive sign-in of a user to a client application, as a function of a test.

Owns which access token the client gets for an API, if any: consent or pre-authorization, and assignment to the API, as
at the authorize endpoint ("Scopes and permissions in the Microsoft identity platform", Microsoft Learn, 2025).

Difference from Entra: the client application itself requires no assignment, and there is no prompt.
"""

from localazure.endpoints.entra.objects import Application
from localazure.endpoints.entra.on_behalf_of import known_user
from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.entra.requested_scopes import RequestedScopes, check_assignment, consented, known_resource
from localazure.endpoints.entra.tenant import Recipient, Tenant

__all__ = ["signed_in_token"]


def signed_in_token(  # noqa: PLR0913 - the parts of a sign-in
    tenant: Tenant,
    user: str,
    *,
    client: str,
    audience: str,
    scopes: frozenset[str],
    more: dict[str, object] | None = None,
) -> str:
    """Return the access token of a user for an API, as a client application gets it after the user's sign-in.

    Raises:
        EntraRefusal: Entra would not issue the token.
    """
    found, application = known_user(tenant, user), tenant.directory.application(client)
    resource = known_resource(tenant, audience)
    if application is None and client.lower() in resource.preauthorized:
        # A client that nobody added to the tenant is taken to exist if a program trusts it.
        application = Application(id=client, client_id=client.lower(), name=client)
    if application is None:
        raise EntraRefusal(700016, client=client, tenant=tenant.id)
    unknown = sorted(scopes - resource.scopes)
    if unknown:
        raise EntraRefusal(650053, name=application.name, scope=" ".join(unknown), resource=resource.client_id)
    wanted = RequestedScopes(resource=resource, audience=audience, names=scopes, openid=frozenset())
    granted = consented(tenant, application, found, wanted)
    check_assignment(tenant, found, resource)
    recipient = Recipient(resource=resource, client=client, audience=audience)
    return tenant.user_token(found, recipient, granted, more=more).text
