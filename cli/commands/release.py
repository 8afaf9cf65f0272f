"""Commands `agent-network release …`, which a pipeline runs before or after a deployment."""

from pathlib import Path
from typing import Annotated

import typer

from cli.help_text import examples
from cli.options import Json, Stack
from cli.project_root import find_root

_EXAMPLES = examples(
    "agent-network release foundry reconcile --stack prod",
    "agent-network release foundry reconcile --stack prod --apply",
)

app = typer.Typer(
    name="release",
    help="Commands that a pipeline runs before or after a deployment.",
    epilog=_EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode=None,
)
foundry = typer.Typer(
    name="foundry",
    help="Moves role assignments to Foundry agents' current identities.",
    epilog=_EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(foundry, name="foundry")


@foundry.callback()
def _foundry() -> None:  # a group of one command stays a group
    """Move role assignments to the current identities of Foundry agents."""


@foundry.command(
    epilog=_EXAMPLES,
)
def reconcile(  # noqa: PLR0913 (an option each)
    *,
    stack: Stack = "dev",
    apply: Annotated[
        bool,
        typer.Option(
            "--apply",
            help="Apply the plan in Azure and in the stack's state; without this option, only print the plan.",
        ),
    ] = False,
    pin_versions: Annotated[
        bool,
        typer.Option(
            "--pin-versions", help="Also let each agent's endpoint serve only the version that network.yaml declares."
        ),
    ] = False,
    as_json: Json = False,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", help="File that `pulumi stack export` wrote, in place of the stack itself."
        ),
    ] = None,
    local: Annotated[
        bool, typer.Option("--local", help="Reconcile the stack that `agent-network up` deployed to local Azure.")
    ] = False,
) -> int:
    """Move role assignments to Foundry agents' current identities.

    Compares the current identities of a stack's Foundry agents with the principals of their role assignments, and moves
    the assignments of replaced identities. With --pin-versions, also sets which version each agent's endpoint serves.
    The exit code is 3 if --apply would change something.
    """
    from cli.reconcile import reconcile as run  # noqa: PLC0415 (imports Azure's SDK)

    return run(
        find_root(),
        stack,
        apply_changes=apply,
        as_json=as_json,
        export=export,
        local=local,
        pin_versions=pin_versions,
    )
