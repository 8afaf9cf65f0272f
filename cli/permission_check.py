"""Checks in Azure that the signed-in identity has the permissions of the deployer, before anything is created."""

from azure.core.credentials import TokenCredential

from access.azure.definitions import permissions_of
from access.model.errors import UnreadableSource
from access.readers.arm_client import PUBLIC, ArmClient, signed_in
from cli.exit_codes import ExitCode
from cli.output import print_text
from components.missing_permissions import missing_permissions

__all__ = ["check_permissions"]

# "Permissions - List For Resource Group", REST reference, Microsoft Learn, 2026: those of the caller.
_VERSION = "2022-04-01"
_SHOWN = 5


def check_permissions(  # noqa: PLR0913 (what is checked, and where)
    subscription: str,
    group: str | None,
    *,
    with_workspace: bool,
    existing_group: bool,
    credential: TokenCredential | None = None,
    endpoint: str = PUBLIC,
) -> ExitCode:
    """Print which permissions of the deployer the signed-in identity lacks in a group; return NO if any is missing.

    Raises:
        UnreadableSource: the permissions cannot be read; the message has the fix.
    """
    with ArmClient(subscription, credential or signed_in(), endpoint) as arm:
        scope = arm.subscription + (f"/resourceGroups/{group}" if group else "")
        listing = arm.listed(f"{scope}/providers/Microsoft.Authorization/permissions", _VERSION)
    held = permissions_of(list(listing.rows))
    if listing.failure or held is None:
        why = listing.failure or "the permissions have a form that is unknown here"
        raise UnreadableSource(scope, f"{why}; create the group first, with the program in bootstrap/")
    missing = missing_permissions(held, with_workspace=with_workspace, existing_group=existing_group)
    for kind, names in (("action", missing.actions), ("data action", missing.data_actions)):
        _print(kind, names, scope)
    if missing.data_actions:
        print_text(
            "Owner and Contributor have no data actions: deploy as the identity that bootstrap/ creates, or assign the"
            " deployer's role to the signed-in identity, too"
        )
    if any(missing):
        return ExitCode.NO
    print_text(f"the signed-in identity has every permission of the deployer in {scope}; conditions were not evaluated")
    return ExitCode.OK


def _print(kind: str, names: tuple[str, ...], scope: str) -> None:
    if not names:
        return
    more = f"\n  and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    plural = "" if len(names) == 1 else "s"
    shown = "".join(f"\n  {name}" for name in names[:_SHOWN])
    print_text(f"the signed-in identity lacks {len(names)} {kind}{plural} of the deployer in {scope}:{shown}{more}")
