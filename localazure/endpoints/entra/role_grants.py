"""App roles in the tokens of applications and managed identities.

Owns which roles a token gets, and that an application whose service principal requires an assignment is not issued a
token for a caller without one: "Restrict a Microsoft Entra app to a set of users", Microsoft Learn, 2025, and code
501051 of "Microsoft Entra authentication and authorization error codes", Microsoft Learn, 2024-04.
"""

from localazure.endpoints.entra.objects import Application
from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.entra.tenant import Tenant

__all__ = ["application_roles"]


def application_roles(tenant: Tenant, principal: str, client: str, name: str, resource: Application) -> list[str]:
    """Return the app roles of a service principal for an API, by value.

    Raises:
        EntraRefusal: the API requires an assignment, and the service principal has none.
    """
    target = tenant.directory.service_principal(resource.client_id)
    held = [] if target is None else tenant.directory.roles_of(principal, target)
    if target is not None and target.assignment_required and not held:
        raise EntraRefusal(501051, client=client, name=name, resource=resource.client_id, resource_name=resource.name)
    return [each.value for each in resource.app_roles if each.id in held and "Application" in each.members]
