"""The project that a command is about: the nearest folder above that has a `Pulumi.yaml`."""

from pathlib import Path

from cli.errors import CommandError

__all__ = ["PROJECT_FILE", "find_root", "shown_path"]

PROJECT_FILE = "Pulumi.yaml"


def find_root(start: Path | None = None) -> Path:
    """The folder of the project that a folder belongs to; without one, that of the current folder.

    Raises:
        CommandError: it belongs to none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise CommandError(f"no {PROJECT_FILE} here: neither {here} nor a folder above it is a project; run this in one")


def shown_path(path: Path) -> str:
    """A path as it is shown: relative where it is below the current folder."""
    full = path.absolute()
    return str(full.relative_to(Path.cwd())) if full.is_relative_to(Path.cwd()) else str(full)
