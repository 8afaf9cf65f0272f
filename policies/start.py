"""Starts the Pulumi policy pack, which runs until the engine stops it."""

from pulumi_policy import PolicyPack

from policies.pack import NAME, policies
from policies.secrecy import keep_secrets

__all__ = ["start"]


def start() -> None:
    """Run the Pulumi policy pack in this process, with secrets hidden from policies."""
    keep_secrets()
    PolicyPack(NAME, policies())
