"""Command line options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.project_root import find_root, stacks_of

__all__ = [
    "FindingsFormat",
    "Format",
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


class FindingsFormat(StrEnum):
    """Output formats of commands with findings."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


def not_empty(value: str | None) -> str | None:
    """Refuse an empty value, as an unset variable of a shell gives: it would mean another question.

    Raises:
        BadParameter: the value is empty or blank.
    """
    if value is not None and not value.strip():
        raise typer.BadParameter("it is empty")
    return value


def _stacks(incomplete: str) -> list[str]:
    """Return the stacks of the project, for shell completion."""
    try:
        return [name for name in stacks_of(find_root()) if name.startswith(incomplete)]
    except CommandError:
        return []


Stack = Annotated[
    str,
    typer.Option(
        "--stack",
        "-s",
        help="The stack: one that has a Pulumi.<stack>.yaml.",
        autocompletion=_stacks,
        callback=not_empty,
    ),
]
Source = Annotated[str, typer.Option("--of", metavar="SOURCE", help=f"What to look at: {SOURCES}.", callback=not_empty)]
SourceFormat = Annotated[Format, typer.Option("--format", "-f", help="The form of the answer.")]
FindingsForm = Annotated[
    FindingsFormat,
    typer.Option("--format", "-f", help="The form of the answer; SARIF is what code hosts show next to the lines."),
]
Subscription = Annotated[
    str | None,
    typer.Option("--subscription", metavar="ID", help="Live Azure: the subscription.", callback=not_empty),
]
ResourceGroup = Annotated[
    str | None,
    typer.Option("--resource-group", metavar="NAME", help="Live Azure: look at this group alone.", callback=not_empty),
]
Json = Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")]
