"""Reads versions and digests of the tools that run a deployment: Python, its packages, the Pulumi CLI and its plugins.

A plugin is bound by its content, since a plugin of the same version may be another program. The CLI finds plugins next
to itself, on PATH, and in the folder `plugins` of PULUMI_HOME: "Plugins", Pulumi documentation, 2026.
"""

import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path

from release.inputs.files import file_digest

__all__ = ["tool_versions"]

_PREFIXES = ("pulumi-resource-", "pulumi-language-", "pulumi-analyzer-")
_CLI = "pulumi"


def tool_versions(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the version or the digest of each tool by name.

    Args:
        environment: environment variables with which the Pulumi CLI will run.
    """
    found = {"python": platform.python_version()}
    for each in distributions():
        found[f"package {str(each.metadata['Name']).lower()}"] = each.version
    search = environment.get("PATH", os.defpath)
    cli = shutil.which(_CLI, path=search)
    if cli is not None:
        found["cli pulumi"] = file_digest(Path(cli).resolve())
    for path in _plugins(environment, search):
        found.setdefault(f"plugin {path.parent.name}/{path.name}", file_digest(path.resolve()))
    return dict(sorted(found.items()))


def _plugins(environment: Mapping[str, str], search: str) -> Iterator[Path]:
    home = Path(environment.get("PULUMI_HOME") or Path.home() / ".pulumi")
    # A plugin may be a program in another language, with a file that names its runtime.
    yield from sorted((home / "plugins").glob("*/*"))
    cli = shutil.which(_CLI, path=search)
    next_to_it = [] if cli is None else [str(Path(cli).resolve().parent)]
    for folder in (*search.split(os.pathsep), *next_to_it):
        if folder and Path(folder).is_dir():
            yield from sorted(each for each in Path(folder).glob("pulumi-*") if each.name.startswith(_PREFIXES))
