"""Scope and app roles that every agent's Entra application can have, with their ids.

An id counts inside of one application only, so each is derived from the name and is the same in every application: an
administrator who makes an application by hand uses the ids of this module.
"""

import uuid

__all__ = ["CALL_ROLE", "CALL_ROLE_ID", "SCOPE", "SCOPE_ID", "USER_ROLE", "USER_ROLE_ID"]

SCOPE = "user_impersonation"
"""Scope that a client requests to send a user's token to the agent."""
USER_ROLE = "User.Access"
"""App role that users and groups need before the agent acts for them."""
CALL_ROLE = "Agent.Call"
"""App role that another agent's identity needs to call the agent."""


def _fixed_id(value: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"agent-network/{value}"))


SCOPE_ID = _fixed_id(f"scope/{SCOPE}")
"""Id of the scope `user_impersonation`."""
USER_ROLE_ID = _fixed_id(f"app-role/{USER_ROLE}")
"""Id of the app role `User.Access`."""
CALL_ROLE_ID = _fixed_id(f"app-role/{CALL_ROLE}")
"""Id of the app role `Agent.Call`."""
