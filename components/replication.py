"""Retries of a resource that Azure refuses because a new identity is not replicated yet.

Owns when a refusal counts as temporary, and how long it is retried. The Pulumi engine itself repeats the creation, as
an error hook of the program requests, so that the resource is the same as without a retry. Cosmos DB needs this: it
looks a principal up, has no property for its type that would spare the look-up, and refuses a new one for 15 to 120
seconds (pulumi/pulumi-azure-native#2816; Azure/ARO-HCP#5321, 2026-05). Azure RBAC does without: its role
assignments carry the principal's type ("Troubleshoot Azure RBAC", Microsoft Learn, 2025).
"""

import asyncio

import pulumi
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

__all__ = ["retry_while_principal_is_new"]

_SIGNS = ("was not found in the aad tenant", "principalnotfound")
"""Texts in Azure's refusals of a principal that is not replicated, in lower case."""
_LONGEST_PAUSE = 30.0
_ATTEMPTS = 15
"""Attempts, which take about five minutes together."""


def retry_while_principal_is_new(name: str) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of resources that are retried while Azure refuses their new principal.

    None with a Pulumi CLI without error hooks: there, a refused deployment is completed by running it again.

    Args:
        name: unique part of the hook's name in the program.
    """
    if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS):
        return None
    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-waits-for-new-principals", _is_retried)])


async def _is_retried(failure: pulumi.ErrorHookArgs) -> bool:
    """Wait and return True if a failed resource should be tried again."""
    latest = failure.errors[0].lower() if failure.errors else ""
    attempts = len(failure.errors)
    if attempts >= _ATTEMPTS or not any(sign in latest for sign in _SIGNS):
        return False
    pause = min(2.0 ** (attempts - 1), _LONGEST_PAUSE)
    pulumi.log.info(
        f"{failure.name}: Azure has not replicated the new identity yet; trying again in {pause:.0f} s"
        f" (attempt {attempts + 1} of {_ATTEMPTS})"
    )
    await asyncio.sleep(pause)
    return True
