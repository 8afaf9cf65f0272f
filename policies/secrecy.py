"""Patch of the policy SDK that hides the values of secrets from policies.

The engine marks secret values; the SDK (1.21) passes them to a policy like any other value, so that a password that the
program keeps as a secret would be reported as plain text. With the patch a secret is a value that is not known,
as in every other source that `access` reads.
"""

from collections.abc import Mapping
from typing import Any, cast

from pulumi_policy import policy
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

_UNWRAPS = "deserialize_properties"


def keep_secrets() -> None:
    """Patch the policy SDK in this process, so that policies do not get the values of secrets.

    Raises:
        AttributeError: the SDK has another version, which unwraps them in another function.
    """
    unwraps = getattr(policy, _UNWRAPS)

    def keeps(props: dict[str, Any], proxy_secrets: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - as the SDK calls it
        return unwraps(props if proxy_secrets else without_secrets(props), proxy_secrets)

    setattr(policy, _UNWRAPS, keeps)


def without_secrets(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a copy of a value from the engine with the SDK's unknown value in place of each secret."""
    if isinstance(value, Mapping):
        values = cast("Mapping[str, object]", value)
        if values.get(SPECIAL_SIG_KEY) == SPECIAL_SECRET_SIG:
            return UNKNOWN_STRING_VALUE
        return {name: without_secrets(each) for name, each in values.items()}
    return [without_secrets(each) for each in cast("list[object]", value)] if isinstance(value, list) else value
