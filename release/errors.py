"""Exception that ends a release command."""


class ReleaseError(Exception):
    """Failure of a release task; its message has the fix, and reports any changes that were made before."""
