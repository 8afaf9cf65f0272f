"""Command line options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.project_root import find_root, stacks_of

__all__ = [
    "DeploymentGroup",
    "DeploymentSubscription",
    "FindingsFormat",
    "Format",
    "GrantsForm",
    "GrantsFormat",
    "Json",
    "ResourceGroup",
    "Source",
    "SourceFormat",
    "Stack",
    "Subscription",
    "not_empty",
]

SOURCES = (
    "`.` (the working tree), a git revision, a file (stack export, preview, local world), or `live`; `git:NAME` and "
    "`file:NAME` where a name is both"
)


class Format(StrEnum):
    """Output formats of access commands."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class GrantsFormat(StrEnum):
    """Output formats of the table of role assignments."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    KQL = "kql"


class FindingsFormat(StrEnum):
    """Output formats of commands with findings."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


def not_empty(value: str | None) -> str | None:
    """Return an option's value; raise for an empty one, as from an unset variable of a shell.

    Raises:
        BadParameter: the value is empty or blank.
    """
    if value is not None and not value.strip():
        raise typer.BadParameter("it is empty")
    return value


def _stacks(incomplete: str) -> list[str]:
    """Return the stack names of the project that begin with a text, for shell completion."""
    try:
        return [name for name in stacks_of(find_root()) if name.startswith(incomplete)]
    except CommandError:
        return []


Stack = Annotated[
    str,
    typer.Option(
        "--stack",
        "-s",
        help="Name of the Pulumi stack, which has a file Pulumi.<stack>.yaml.",
        autocompletion=_stacks,
        callback=not_empty,
    ),
]
Source = Annotated[
    str, typer.Option("--of", metavar="SOURCE", help=f"Source of the access to read: {SOURCES}.", callback=not_empty)
]
SourceFormat = Annotated[Format, typer.Option("--format", "-f", help="Format of the output.")]
GrantsForm = Annotated[
    GrantsFormat,
    typer.Option("--format", "-f", help="Format of the output; `kql` is the beginning of a query in Log Analytics."),
]
FindingsForm = Annotated[
    FindingsFormat,
    typer.Option("--format", "-f", help="Format of the output; code hosts show SARIF next to the lines of files."),
]
DeploymentSubscription = Annotated[
    str, typer.Option("--subscription", metavar="ID", help="Azure subscription that the network is deployed to.")
]
DeploymentGroup = Annotated[
    str | None,
    typer.Option(
        "--group",
        metavar="NAME",
        help="Resource group that the network is deployed to; by default, the whole subscription.",
        callback=not_empty,
    ),
]
Subscription = Annotated[
    str | None,
    typer.Option(
        "--subscription", metavar="ID", help="Azure subscription to read, for the source `live`.", callback=not_empty
    ),
]
ResourceGroup = Annotated[
    str | None,
    typer.Option(
        "--resource-group",
        metavar="NAME",
        help="Only resource group to read, for the source `live`.",
        callback=not_empty,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the whole result as one JSON document.")]
