"""Writes the files of a new project from templates.

Knows which files there are and the rules for a name from which Azure's names are made. Writes nothing over a file that
exists.
"""

import re
import secrets
from pathlib import Path
from string import Template

from cli.errors import CommandError
from cli.installed_from import requirement
from cli.output import write_file
from manifest.azure_naming_rules import reserved_word

__all__ = ["FILES", "LONGEST_NAME", "write_project"]

FILES = ("Pulumi.yaml", "Pulumi.dev.yaml", "network.yaml", "__main__.py", "requirements.txt", ".gitignore")
"""File names of a new project."""

LONGEST_NAME = 15
"""Maximum length of a project name: 24 for a storage account, less `docs` and a suffix of five."""

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z](?:-?[a-z0-9])+")


def write_project(folder: Path, name: str) -> list[Path]:
    """Write the files of a new project into a folder; return their paths.

    Raises:
        CommandError: the name cannot be used, a file exists already, or one cannot be written.
    """
    _check(name)
    existing = [file for file in FILES if (folder / file).exists()]
    if existing:
        raise CommandError(f"{folder}: the folder already has {', '.join(existing)}; name another folder with --path")
    values = {
        "name": name,
        "compact": name.replace("-", ""),
        "suffix": f"d{secrets.token_hex(2)}",
        "requirement": requirement(),
    }
    texts = {file: _template(file).substitute(values) for file in FILES}
    for file, text in texts.items():
        write_file(folder / file, text)
    return [folder / file for file in FILES]


def _check(name: str) -> None:
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise CommandError(
            f"{name!r} is not a valid name for a project: names in Azure are made from it, so it has 2 to"
            f" {LONGEST_NAME} characters, lower-case letters and digits with single hyphens between them, and begins"
            " with a letter"
        )
    if word := reserved_word(name):
        raise CommandError(f"{name!r} is not a valid name for a project: Azure reserves '{word}'; choose another name")


def _template(file: str) -> Template:
    return Template((_TEMPLATES / f"{file.removeprefix('.')}.template").read_text(encoding="utf-8"))
