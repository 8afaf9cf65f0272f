"""Commands `agent-network reference …`: print documentation pages that are generated from the code."""

from typing import Annotated

import typer

from cli.errors import CommandError
from cli.exit_codes import reference
from cli.help_text import examples
from cli.output import print_text

app = typer.Typer(
    name="reference",
    help="Prints the generated pages of docs/reference.",
    epilog=examples("agent-network reference exit-codes"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("findings", epilog=examples("agent-network reference findings > docs/reference/findings.md"))
def findings() -> int:
    """Print the reference page about the kinds of findings."""
    from access.findings import reference as page  # noqa: PLC0415 (only this command needs it)

    print_text(page().removesuffix("\n"))
    return 0


@app.command("exit-codes", epilog=examples("agent-network reference exit-codes > docs/reference/exit-codes.md"))
def exit_codes() -> int:
    """Print the reference page about exit codes."""
    print_text(reference().removesuffix("\n"))
    return 0


@app.command("api", epilog=examples("agent-network reference api components > docs/reference/api/components.md"))
def api(name: Annotated[str, typer.Argument(metavar="PAGE", help="Page to print: `components` or `access`.")]) -> int:
    """Print the API reference of a package.

    Of the components, or of `access` as a library.
    """
    from cli.api_reference import PAGES, page  # noqa: PLC0415 (only this command needs it)

    if name not in PAGES:
        raise CommandError(f"no reference page {name!r}; the pages are {' and '.join(map(repr, PAGES))}")
    print_text(page(name).removesuffix("\n"))
    return 0


@app.command(
    "documented-facts",
    epilog=examples("agent-network reference documented-facts > docs/reference/documented-facts.md"),
)
def documented_facts() -> int:
    """Print the reference page about documented facts."""
    from cli.documented_facts import page  # noqa: PLC0415 (only this command needs it)

    print_text(page().removesuffix("\n"))
    return 0
