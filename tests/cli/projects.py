"""Test projects for the console command, with Fabrikam's network and a program that runs quickly."""

import os
import shutil
from pathlib import Path

from tests.fabrikam import FABRIKAM, FILES, REPOSITORY

PROGRAM = "import pulumi\n"


def quick_project(root: Path, program: str = PROGRAM) -> Path:
    """Create a project that declares Fabrikam's network and whose program registers no resources."""
    root.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(FABRIKAM / name, root / name)
    (root / "__main__.py").write_text(program)
    return root


def variables(**more: str) -> dict[str, str]:
    """Return environment variables with which a subprocess can import this repository."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path} | more
