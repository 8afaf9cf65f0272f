"""Commands `agent-network manifest …`: print the declared network and its limits, and write schemas for editors."""

import json

import typer

from cli.help_text import examples
from cli.options import Stack
from cli.output import print_text, write_file
from cli.project_root import find_root, shown_path

app = typer.Typer(
    name="manifest",
    help="Prints the declared network, its limits and JSON schemas.",
    epilog=examples("agent-network manifest show --stack prod"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("show", epilog=examples("agent-network manifest show --stack prod"))
def show(stack: Stack = "dev") -> int:
    """Print the declared network of a stack as JSON.

    The network that network.yaml and the stack's file declare, as one document.
    """
    from cli.declared import read_declared_document  # noqa: PLC0415 (imports pydantic)

    print_text(json.dumps(read_declared_document(find_root(), stack), indent=2))
    return 0


@app.command("limits", epilog=examples("agent-network manifest limits --stack prod"))
def limits(stack: Stack = "dev") -> int:
    """List the limits and quotas of Azure that a stack needs.

    A limit that Microsoft does not raise is an error of the files if the network exceeds it.
    """
    from cli.declared import read_limits  # noqa: PLC0415 (imports pydantic)
    from cli.limits_table import limits_table  # noqa: PLC0415 (likewise)

    print_text(limits_table(read_limits(find_root(), stack)))
    return 0


@app.command("schema", epilog=examples("agent-network manifest schema"))
def schema() -> int:
    """Write JSON schemas for editors into the project.

    The files are network.schema.json and environment.schema.json.
    """
    from manifest.schema import schemas  # noqa: PLC0415 (imports pydantic)

    root = find_root()
    for name, text in schemas(root).items():
        write_file(root / name, text)
        print_text(shown_path(root / name))
    return 0
