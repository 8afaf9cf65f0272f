"""Reads the built-in role definitions of a subscription in live Azure."""

from access.azure.catalogue import Role
from access.azure.definitions import VERSION, is_built_in, role_of
from access.model.errors import UnreadableSource
from access.readers.arm_client import ArmClient


def live_roles(arm: ArmClient) -> list[Role]:
    """Return the built-in roles of a subscription in live Azure: all of them, or raise an error.

    Raises:
        UnreadableSource: some of them cannot be read.
    """
    where = f"{arm.subscription}/providers/Microsoft.Authorization/roleDefinitions"
    listing = arm.listed(where, VERSION, filter="type eq 'BuiltInRole'")
    if listing.failure:
        raise UnreadableSource(where, f"not all roles can be read from Azure: {listing.failure}")
    rows = [row for row in listing.rows if is_built_in(row)]
    found = {role.id: role for role in map(role_of, rows) if role is not None}
    if not rows or len(found) != len(rows):
        raise UnreadableSource(
            where,
            f"of {len(rows)} built-in roles {len(found)} can be read from Azure; role definitions are not compared",
        )
    return list(found.values())
