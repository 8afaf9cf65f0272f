"""Command `agent-network entra`: prints the objects in Entra ID that a tenant administrator makes for a stack."""

from cli.help_text import examples
from cli.options import Json, Stack
from cli.output import print_text
from cli.project_root import find_root

__all__ = ["EXAMPLES", "entra"]

EXAMPLES = examples("agent-network entra --stack prod", "agent-network entra --stack prod --json > entra.json")


def entra(stack: Stack = "dev", *, as_json: Json = False) -> int:
    """List what an administrator makes in Entra ID.

    The applications, credentials, assignments and consent of agents that act for users or can be called, with every
    property, and with the key of the stack's file for each id.
    """
    from cli.entra_list import entra_list  # noqa: PLC0415 (imports Pulumi's SDK)

    print_text(entra_list(find_root(), stack, as_json=as_json))
    return 0
