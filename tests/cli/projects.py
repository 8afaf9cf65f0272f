"""Projects for the console command: Fabrikam's declaration, and a program that is quick to run."""

import os
import shutil
from pathlib import Path

from tests.fabrikam import FABRIKAM, FILES, REPOSITORY

PROGRAM = "import pulumi\n"


def quick_project(root: Path, program: str = PROGRAM) -> Path:
    """A project that declares Fabrikam's network and whose program registers nothing."""
    root.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(FABRIKAM / name, root / name)
    (root / "__main__.py").write_text(program)
    return root


def variables(**more: str) -> dict[str, str]:
    """The environment of a process that can import this repository from any folder."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path} | more
