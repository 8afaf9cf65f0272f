"""Error that ends a command, with the fix in its message."""


class ReleaseError(Exception):
    """Failure of a release task; the message reports any changes that were made."""
