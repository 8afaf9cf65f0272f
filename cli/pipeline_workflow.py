"""Writes the workflow of a release pipeline into a project, from the template for a platform."""

from pathlib import Path

from cli.errors import CommandError
from cli.output import write_file

__all__ = ["TEMPLATES", "write_workflow"]

TEMPLATES = {
    "github": (Path(__file__).parent / "templates/github-release.yml", ".github/workflows/release.yml"),
    "azure-pipelines": (Path(__file__).parent / "templates/azure-pipelines.yml", "azure-pipelines.yml"),
}
"""Platform → template, and file of a project. The platforms look for their files in the root of a repository."""


def write_workflow(root: Path, platform: str) -> Path:
    """Write the workflow for a platform into a project, and return the file.

    Raises:
        CommandError: the file exists already, or cannot be written.
    """
    template, name = TEMPLATES[platform]
    path = root / name
    if path.exists():
        raise CommandError(f"{path}: the file exists already; compare it with {template}, or remove it")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, template.read_text(encoding="utf-8"))
    return path
