"""Recognises by their names the operations that return keys, secrets, tokens or other credentials of a service.

Owns the naming rule, which applies to operations in no list, too: Azure names such operations `list…Keys/action`,
`regenerate…Key/action`, `listCredentials/action` or `readonlykeys/read`. Source: "Azure permissions" (the operations'
own descriptions), Microsoft Learn, 2026.
"""

import re
from functools import cache

from access.azure.operations import listed

_CREDENTIAL = r"(?:keys?|secrets?|credentials?|strings?|sas|sas(?:url|uri|token)s?|passwords?|tokens?|kubeconfig)"
_HANDS_OUT = re.compile(
    rf"{_CREDENTIAL}/action$"
    # A signed address is a credential, too.
    r"|/(?:begingetaccess|publishxml|\w*callbackurl|getfullurl|list\w*uploadurl|get\w*uploadurl)/action$"
    r"|/(?:accesskeys|config|vaultcredentials)/(?:list|regenerate|generate)/action$"
    # Reads that return keys all the same.
    r"|/(?:readonlykeys?|sharedkeys?|masterkey|gettoken|list\w*(?:keys?|tokens?|secrets?)|functions/(?:keys|token))/read$"
    # Writes that return a key, or set one that its writer chose.
    r"|/(?:list\w*(?:keys?|secrets?)|tokens|accesstokens|functionkeys|systemkeys|functions/keys|localusers)/write$"
)
_HANDS_OUT_NOTHING = re.compile(
    # A delegation key signs only what its caller may do anyway; the others change, revoke or check.
    r"/(?:generateuserdelegationkey|updateautorotateuserkeys"
    r"|(?:revoke|setdefault|validate|sync|resync|invalidate|delete|confirm|refresh(?:secret|validation|ldap))\w*)/action$"
)


def hands_out_keys(operation: str) -> bool:
    """Return True if a control-plane operation returns keys, secrets or tokens of a service, by its name."""
    lowered = operation.lower()
    return _HANDS_OUT.search(lowered) is not None and _HANDS_OUT_NOTHING.search(lowered) is None


@cache
def key_actions() -> tuple[str, ...]:
    """Return the published control-plane operations that return keys, secrets or tokens of a service, sorted."""
    return tuple(filter(hands_out_keys, listed(data=False)))
