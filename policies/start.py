"""The start of the pack: it runs until the engine ends it."""

from pulumi_policy import PolicyPack

from policies.pack import NAME, policies
from policies.secrecy import keep_secrets

__all__ = ["start"]


def start() -> None:
    """Run the pack in this process, with secrets kept shut."""
    keep_secrets()
    PolicyPack(NAME, policies())
