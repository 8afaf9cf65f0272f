"""Names of the scopes that an agent may have for a user: one scope of one API each, and never all of an API.

A request for scopes of two APIs is refused by Entra ID, and `.default` means every scope that has consent, so that
what is declared would not limit what is used: "Scopes and permissions in the Microsoft identity platform", Microsoft
Learn, 2025.
"""

from manifest.apis import KNOWN_APIS, SCOPE_NAME
from manifest.message_formatting import quote_value

__all__ = ["own_scope_error", "scope_error"]

_LONGEST = 120
_OPENID = {
    "offline_access": "it requests a refresh token, which outlives the user's request, and none is kept",
    "openid": "it requests an id token, and the agent already has the user's token",
    "profile": "it adds the user's name to an id token, and none is requested",
    "email": "it adds the user's address to an id token, and none is requested",
}


def scope_error(api: str, scope: str) -> str | None:
    """Return the error message for an invalid scope of a known API; None for a valid one."""
    if error := own_scope_error(scope):
        return error
    if KNOWN_APIS[api].scopes.fullmatch(scope):
        return None
    for other, known in KNOWN_APIS.items():
        if other != api and known.scopes.fullmatch(scope):
            return (
                f"{quote_value(scope)} is a scope of '{other}', and one token is for one API; list it under '{other}'"
            )
    return f"{quote_value(scope)} is not the name of a scope of '{api}'; write it like '{KNOWN_APIS[api].example}'"


def own_scope_error(scope: str) -> str | None:
    """Return the error message for a text that is not the name of one scope of any API; None for a valid one."""
    api, _, name = scope.rpartition("/")
    if name.lower() == ".default":
        return f"{quote_value(scope)} means every scope that has consent; write the scopes that the agent needs"
    if len(scope.split()) > 1 or "," in scope:
        return f"{quote_value(scope)} is more than one scope; write each as an item of the list"
    if name.lower() in _OPENID:
        return f"{quote_value(scope)} is not a scope of an API: {_OPENID[name.lower()]}; remove it"
    if api and name:
        owner = next((one for one, known in KNOWN_APIS.items() if api in _addresses(one, known.client_id)), None)
        of = f", which is a scope of '{owner}'" if owner else ""
        return f"{quote_value(scope)} names its API; write the scope alone, {quote_value(name)}{of}"
    if len(scope) > _LONGEST or SCOPE_NAME.fullmatch(scope) is None:
        return f"{quote_value(scope)} is not the name of a scope; write it like 'User.Read'"
    return None


def _addresses(api: str, client_id: str) -> set[str]:
    return {client_id, f"api://{client_id}", *KNOWN_APIS[api].resources.values()}
