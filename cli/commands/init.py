"""Command `agent-network init`: creates a new project."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from cli.exit_codes import ExitCode
from cli.help_text import examples
from cli.output import print_text

__all__ = ["register"]


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new project and of its network.")],
    path: Annotated[
        Path | None,
        typer.Option(
            "--path", metavar="FOLDER", help="Folder to write the project to; by default ./NAME.", show_default=False
        ),
    ] = None,
) -> int:
    """Create a new project that is ready to preview.

    Its network has two agents and two resources.
    """
    from cli.new_project import write_project  # noqa: PLC0415 (only this command needs it)

    folder = path or Path(name)
    for file in write_project(folder, name):
        print_text(str(file))
    print_text(f"\nNext:\n  cd {shlex.quote(str(folder))}\n  agent-network preview")
    return ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add the command `init` to the command line application."""
    shown = examples("agent-network init contoso-agents", "agent-network init contoso-agents --path .")
    app.command(epilog=shown)(init)
