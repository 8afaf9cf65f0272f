"""Projects for the console command: a real declaration, and a program that is quick to run."""

import shutil
from pathlib import Path

from tests.access.fabrikam import ROOT

DECLARATION = ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "network.yaml")
PROGRAM = "import pulumi\n"


def quick_project(root: Path, program: str = PROGRAM) -> Path:
    """A project that declares the sample network and whose program registers nothing."""
    root.mkdir(exist_ok=True)
    for name in DECLARATION:
        shutil.copy(ROOT / name, root / name)
    (root / "__main__.py").write_text(program)
    return root
