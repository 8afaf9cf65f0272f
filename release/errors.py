"""Exception that ends a release command."""


class ReleaseError(Exception):
    """Failure of a release task; its message has the fix, and reports any changes that were made before."""


class NotApprovedError(ReleaseError):
    """Failure of a plan that needs an approval and has none that is valid; its message has the reasons."""
