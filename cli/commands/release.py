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
    help="Commands of a pipeline, around a deployment.",
    epilog=_EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode=None,
)
foundry = typer.Typer(
    name="foundry",
    help="Keeps grants with the agents of Foundry.",
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
def reconcile(
    *,
    stack: Stack = "dev",
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this, only show what would change.")] = False,
    as_json: Json = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="The stack, as `pulumi stack export` printed it.")
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="The stack that `agent-network up` deployed.")] = False,
) -> int:
    """Move role assignments to agents' current identities.

    Compares the identities of Foundry agents with their role assignments, and moves those that are outdated.
    Ends with code 3 where something would change.
    """
    from cli.reconcile import reconcile as run  # noqa: PLC0415 (imports Azure's SDK)

    return run(find_root(), stack, apply_changes=apply, as_json=as_json, export=export, local=local)
