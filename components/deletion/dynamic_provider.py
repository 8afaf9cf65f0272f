"""Pulumi dynamic provider that looks for soft-deleted resources in Azure; deployed stacks load it from here.

It reads in every preview and update, when the engine checks the inputs, so that the ids are known before anything is
created and are read again each time. It creates and deletes nothing in Azure.
"""

from typing import Any, cast

from pulumi import dynamic

from components.agents.azure_response import AzureResponse
from components.deletion.lookup import Handling, UnreadableError, find_deleted, problem_of

__all__ = ["Provider", "send_request"]


class Provider(dynamic.ResourceProvider):
    """Dynamic provider of `DeletedResources`: adds the ids of soft-deleted resources to the inputs, or refuses them."""

    # The provider captures no value, so that nothing in its pickled form must be encrypted.
    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Return the inputs with the ids of the soft-deleted resources to recover, or the reason to stop."""
        try:
            found = find_deleted(news, send_request)
        except (RuntimeError, UnreadableError) as error:
            return dynamic.CheckResult({**news, "found": []}, [dynamic.CheckFailure("names", str(error))])
        problem = problem_of(found, cast("Handling", news["handling"]))
        failures = [] if problem is None else [dynamic.CheckFailure("names", problem)]
        return dynamic.CheckResult({**news, "found": list(found.recoverable)}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Plan an update, never a replacement, for other names and for other soft-deleted resources."""
        keys = ("subscription_id", "resource_group", "names", "handling", "found")
        return dynamic.DiffResult(changes=any(_olds.get(key) != _news.get(key) for key in keys), replaces=[])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Create the resource in the state; nothing is created in Azure."""
        return dynamic.CreateResult("deleted-resources", props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Update the resource in the state; nothing is changed in Azure."""
        return dynamic.UpdateResult(news)


def send_request(url: str, audience: str) -> AzureResponse:
    """Send a GET request to Azure with a token of the signed-in identity.

    Raises:
        RuntimeError: no identity is signed in, or the address cannot be reached.
    """
    from components.agents.azure_request import send_get_request  # noqa: PLC0415 - slow to import

    return send_get_request(url, audience)
