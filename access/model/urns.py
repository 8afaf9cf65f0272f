"""Names of the resources of a Pulumi program, from their URNs."""

__all__ = ["resource_name"]


def resource_name(urn: str) -> str:
    """Return the name that a program gives a resource: the last part of the URN."""
    return urn.rpartition("::")[2]
