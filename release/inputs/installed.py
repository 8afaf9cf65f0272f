"""Computes digests of the Python code that is installed for a project's program, package by package.

A version names the package that was installed, and somebody may have edited it since. So its content is bound:
everything that Python imports from outside of the project, with the files that it runs at its start.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from access.model.json_values import mapping, text
from release.inputs.files import CODE, code_lines, file_digest, text_digest
from safe_text.yaml_loading import load_yaml

__all__ = ["installed_code"]

_AT_START = ("sitecustomize.py", "usercustomize.py")
"""Modules that Python imports at its start, also from the folder of its own library."""
_SOURCE = Path(__file__).resolve().parents[2]
"""Folder of this package, whose modules are bound with the project."""


def installed_code(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of the code of each installed package or module by its name.

    Args:
        root: folder of the project.
        environment: environment variables with which the Pulumi CLI will run.
    """
    found: dict[str, str] = {}
    for folder in _search_path(_interpreter(root, environment), environment):
        place = Path(folder)
        if place.resolve() in {root.resolve(), _SOURCE} or not place.is_dir():
            continue
        if _is_own_library(place):
            digests = {name: file_digest(place / name) for name in _AT_START if (place / name).is_file()}
        elif place.is_relative_to(sys.prefix):
            digests = _of_this_process(folder)
        else:
            digests = _packages(folder)
        for name, digest in digests.items():
            found.setdefault(name, digest)
    return dict(sorted(found.items()))


def _interpreter(root: Path, environment: Mapping[str, str]) -> str:
    """Return the Python with which the engine runs the program: of the virtual environment, or else the one on PATH.

    Source: "Python", languages of Pulumi, Pulumi documentation, 2026.
    """
    project = root / "Pulumi.yaml"
    content = project.read_text("utf-8") if project.is_file() else ""
    runtime = mapping(mapping(load_yaml(content)).get("runtime"))
    folder = text(mapping(runtime.get("options")), "virtualenv")
    own = root / folder / ("Scripts" if os.name == "nt" else "bin") / ("python.exe" if os.name == "nt" else "python")
    if folder and own.is_file():
        return str(own)
    search = environment.get("PATH", os.defpath)
    return shutil.which("python3", path=search) or shutil.which("python", path=search) or sys.executable


def _search_path(interpreter: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the folders from which a Python imports modules, without the one that it is started in."""
    try:
        done = subprocess.run(  # noqa: S603 (the program's interpreter)
            [interpreter, "-c", "import json, sys; print(json.dumps(sys.path[1:]))"],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(interpreter).anchor,
            env=dict(environment),
        )
        found: list[str] = json.loads(done.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        found = sys.path[1:]
    return tuple(each for each in found if each)


def _is_own_library(folder: Path) -> bool:
    own = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")}
    return folder.resolve() in own or folder.name == "lib-dynload" or folder.suffix == ".zip"


@cache
def _of_this_process(folder: str) -> dict[str, str]:
    """Return the digests of a folder of this process's own Python, which is large, and has been imported from."""
    return _packages(folder)


def _packages(folder: str) -> dict[str, str]:
    """Return the digest of each module and package in a folder."""
    found: dict[str, str] = {}
    for each in sorted(Path(folder).iterdir()):
        if each.is_dir() and not each.name.startswith("."):
            lines = "\n".join(code_lines(each))
            if lines:
                found[each.name] = text_digest(lines)
        elif each.suffix in CODE:
            found[each.name] = file_digest(each)
    return found
