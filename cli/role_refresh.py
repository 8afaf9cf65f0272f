"""Compares the packed catalogue of built-in roles with Azure's current roles, and updates the catalogue."""

from pathlib import Path

from azure.core.credentials import TokenCredential

from access.azure.catalogue import AZURE_ROLES
from access.questions.role_changes import compare, packed_roles, updated_roles
from access.questions.role_changes import write as save
from access.readers.arm_client import ArmClient, signed_in
from access.readers.role_definitions import live_roles
from cli.exit_codes import ExitCode
from cli.output import print_text

__all__ = ["refresh"]


def refresh(
    subscription: str,
    endpoint: str,
    *,
    write: bool,
    credential: TokenCredential | None = None,
    path: Path = AZURE_ROLES,
) -> ExitCode:
    """Print the differences between packed and current roles, and write them to the catalogue if requested.

    Raises:
        AccessError: the roles cannot be read.
    """
    with ArmClient(subscription, credential or signed_in(), endpoint) as arm:
        arm.check()
        before, now = packed_roles(), live_roles(arm)
    changes = compare(before, now)
    for line in (line for change in changes for line in change.lines()):
        print_text(line)
    summary = f"{len(changes)} of {len(before)} packed and {len(now)} live roles differ"
    if write and changes:
        save(updated_roles(before, now), path)
        summary += f"; written to {path}, whose README states where the data is from"
    print_text(summary)
    return ExitCode.GROWTH if changes else ExitCode.OK
