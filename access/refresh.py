"""`python -m access.refresh`: what Microsoft changed of the built-in roles since the catalogue was packed.

Ends with 0 where nothing changed, 3 where something did, 1 where the roles cannot be read.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from azure.core.credentials import TokenCredential

from access.azure.catalogue import AZURE_ROLES
from access.model.errors import AccessError
from access.questions.role_changes import brought_up, compare, packed_roles, write
from access.readers.arm_client import PUBLIC, ArmClient, signed_in
from access.readers.role_definitions import live_roles

CHANGED = 3


def main(
    arguments: Sequence[str] | None = None, credential: TokenCredential | None = None, path: Path = AZURE_ROLES
) -> int:
    """Compare, print, and write where asked; answers the exit code."""
    parser = ArgumentParser(prog="python -m access.refresh", description=(__doc__ or "").partition(":")[2])
    parser.add_argument("--subscription", required=True, metavar="ID", help="any that you may read: all list the same")
    parser.add_argument("--endpoint", default=PUBLIC, help="of Azure Resource Manager in another cloud")
    parser.add_argument("--write", action="store_true", help="bring access/data up to date")
    asked = parser.parse_args(arguments)
    try:
        with ArmClient(asked.subscription, credential or signed_in(), asked.endpoint) as arm:
            arm.check()
            before, now = packed_roles(), live_roles(arm)
    except AccessError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    changes = compare(before, now)
    for line in (line for change in changes for line in change.lines()):
        sys.stdout.write(f"{line}\n")
    said = f"{len(changes)} of {len(before)} packed and {len(now)} live roles differ"
    if asked.write and changes:
        write(brought_up(before, now), path)
        said += f"; written to {path}, whose README says where the data is from"
    sys.stdout.write(f"{said}\n")
    return CHANGED if changes else 0


if __name__ == "__main__":
    sys.exit(main())
