"""Command `agent-network policy-pack`: prints the path of the folder with the Pulumi policy pack."""

import typer

from cli.exit_codes import ExitCode
from cli.help_text import examples
from cli.output import print_text

__all__ = ["register"]


def policy_pack() -> int:
    """Print the path of the Pulumi policy pack.

    For `pulumi preview --policy-pack`.
    """
    from cli.policy_pack import pack_folder  # noqa: PLC0415 (only this command needs it)

    print_text(str(pack_folder()))
    return ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add the command `policy-pack` to the command line application."""
    app.command("policy-pack", epilog=examples('pulumi preview --policy-pack "$(agent-network policy-pack)"'))(
        policy_pack
    )
