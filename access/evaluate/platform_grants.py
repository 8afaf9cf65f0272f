"""What Azure gives by itself, with no line in any file: it is declared by using the service at all.

Owns the one case there is: a project of Foundry may use the models of its own account. Source: "Permissions for hosted
agents", Microsoft Learn, 2026-04-21: the platform assigns the role when a project is made.
"""

from access.azure.scopes import ancestors, key, type_of
from access.model.graph import Assignment, Principal

_ACCOUNT = "microsoft.cognitiveservices/accounts"
_ROLE = "Foundry User"


def by_azure(principal: Principal | None, one: Assignment) -> bool:
    """Whether Azure itself made this assignment, for a project at the account that it lies in."""
    if principal is None or principal.purpose != "host" or one.role is None or one.role.name != _ROLE:
        return False
    return type_of(key(one.scope)) == _ACCOUNT and key(one.scope) in ancestors(key(principal.owner))
