"""Finds the Pulumi project: the nearest folder at or above the current one that has a `Pulumi.yaml`."""

from difflib import get_close_matches
from pathlib import Path

from cli.errors import CommandError

__all__ = ["PROJECT_FILE", "check_stack", "find_root", "shown_path", "stacks_of"]

PROJECT_FILE = "Pulumi.yaml"


def find_root(start: Path | None = None) -> Path:
    """Return the folder of the Pulumi project that contains a folder; raise CommandError if there is none.

    Raises:
        CommandError: it belongs to none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise CommandError(
        f"no {PROJECT_FILE} here: neither {here} nor a folder above it is a project; run this command in the folder of"
        " a project"
    )


def stacks_of(root: Path) -> list[str]:
    """Return the names of a project's stacks, from its stack files."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in root.glob("Pulumi.?*.yaml"))


def check_stack(root: Path, stack: str) -> None:
    """Raise CommandError if the project does not have a stack of that name.

    Raises:
        CommandError: with the nearest name.
    """
    known = stacks_of(root)
    if known and stack not in known:  # where there is none at all, loading reports what one needs
        near = get_close_matches(stack, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the stacks are {', '.join(map(repr, known))}"
        raise CommandError(f"no stack {stack!r}; {hint}")


def shown_path(path: Path) -> str:
    """Return a path as messages show it: relative if the file is below the current folder."""
    full = path.absolute()
    return str(full.relative_to(Path.cwd())) if full.is_relative_to(Path.cwd()) else str(full)
