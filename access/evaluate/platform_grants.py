"""Recognises role assignments that Azure itself creates when a Foundry project is used.

Owns the only case: a Foundry project may use the models of its own account. Source: "Permissions for hosted
agents", Microsoft Learn, 2026-04-21: the platform assigns the role when a project is created.
"""

from access.azure.catalogue import by_name
from access.azure.scopes import ancestors, key, type_of
from access.model.graph import Assignment, Principal

_ACCOUNT = "microsoft.cognitiveservices/accounts"
_ROLE = "Foundry User"


def is_platform_assignment(principal: Principal | None, one: Assignment) -> bool:
    """Return True if Azure itself created a role assignment, for a Foundry project at its account."""
    # By id: a custom role can have the name of any role.
    if principal is None or principal.purpose != "host" or one.role is None or one.role.id != by_name(_ROLE).id:
        return False
    return type_of(key(one.scope)) == _ACCOUNT and key(one.scope) in ancestors(key(principal.owner))
