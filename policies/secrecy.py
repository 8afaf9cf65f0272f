"""Keeps the policy SDK from opening secrets.

The engine tells a pack which values are secret; the SDK (1.21) hands them over like any other. A password that the
program keeps as a secret would be taken for one in plain sight. Here a secret stays shut, and counts as a value that is
not known, as in every other source that `access` reads.
"""

from collections.abc import Mapping
from typing import Any, cast

from pulumi_policy import policy
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

_OPENS = "deserialize_properties"


def keep_secrets() -> None:
    """From now on, policies in this process see no secret.

    Raises:
        AttributeError: the SDK is another one, that opens them elsewhere.
    """
    opens = getattr(policy, _OPENS)

    def keeps(props: dict[str, Any], proxy_secrets: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - as the SDK calls it
        return opens(props if proxy_secrets else without_secrets(props), proxy_secrets)

    setattr(policy, _OPENS, keeps)


def without_secrets(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """A value as the engine sends it, its secrets replaced by what stands for a text that is not known."""
    if isinstance(value, Mapping):
        values = cast("Mapping[str, object]", value)
        if values.get(SPECIAL_SIG_KEY) == SPECIAL_SECRET_SIG:
            return UNKNOWN_STRING_VALUE
        return {name: without_secrets(each) for name, each in values.items()}
    return [without_secrets(each) for each in cast("list[object]", value)] if isinstance(value, list) else value
