"""Assembles the command tree of `agent-network`, with the global options such as `--debug`.

Modules of commands import nothing that is slow: a command loads what it needs when it runs, so that help, completion
and a mistyped name are immediate.
"""

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from agent_network import __version__
from cli.commands import access, deployer, entra, init, local, manifest, permissions, policy_pack, reference, release
from cli.environment import DEBUG, NO_CACHE
from cli.help_text import examples
from cli.output import print_text

__all__ = ["PROGRAM", "application", "global_options_first"]

PROGRAM = "agent-network"
_ANYWHERE = frozenset({"--debug", "--no-cache"})

_HELP = """Runs a network of AI agents on Azure under zero trust.

Works in the project of the current folder: the nearest folder above that has a Pulumi.yaml.
"""
_EXAMPLES = examples(
    "agent-network preview --stack dev",
    "agent-network access why report code-uploads read",
    "agent-network access diff git:origin/main",
)


def _version(value: bool) -> None:  # noqa: FBT001 (what Typer calls it with)
    if value:
        print_text(f"{PROGRAM} {__version__}")
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version, and exit.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ignore cached results, and run the Pulumi program.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the Python traceback of an error.")] = False,
) -> None:
    del version  # printed by its callback
    if debug:
        os.environ[DEBUG] = "1"
    if no_cache:
        os.environ[NO_CACHE] = "1"


def global_options_first(arguments: Sequence[str]) -> list[str]:
    """Move global options in front of the command, so that they are accepted anywhere on a command line.

    Not behind `--`, and not for `engine`, whose command may have such options itself.
    """
    command = next((one for one in arguments if not one.startswith("-")), "")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if command == "engine":
        return list(arguments)
    found = [one for one in arguments[:end] if one in _ANYWHERE]
    return [*found, *(one for one in arguments[:end] if one not in _ANYWHERE), *arguments[end:]]


def application() -> typer.Typer:
    """Return the Typer application of `agent-network` with all of its commands."""
    app = typer.Typer(name=PROGRAM, help=_HELP, epilog=_EXAMPLES, no_args_is_help=True, rich_markup_mode=None)
    app.callback()(_root)
    init.register(app)
    policy_pack.register(app)
    local.register(app)
    app.add_typer(access.app, name="access")
    app.command("deployer", epilog=deployer.EXAMPLES)(deployer.deployer)
    app.command("entra", epilog=entra.EXAMPLES)(entra.entra)
    app.command("permissions", epilog=permissions.EXAMPLES)(permissions.permissions)
    app.add_typer(release.app, name="release")
    app.add_typer(manifest.app, name="manifest")
    app.add_typer(reference.app, name="reference")
    return app
