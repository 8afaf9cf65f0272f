"""Reads a Pulumi project from disk and runs its program.

Owns starting the program as the engine's Python language host does; reading the project and stack files is
`manifest.stack_file`'s. The meaning of the configuration is the program's.
"""

import runpy
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from os import chdir
from pathlib import Path

from localazure.errors import LocalAzureError
from manifest.stack_file import PROJECT_FILE, ProjectFile, StackFileError, read_project, stack_config, stack_names


class ProjectError(LocalAzureError):
    """Error of a Pulumi project or a stack that cannot be run on local Azure."""


class NoSuchStackError(ProjectError):
    """Error of a stack name on the command line for which the project has no stack file."""


@dataclass(frozen=True)
class Project:
    """A Pulumi project: a folder with a `Pulumi.yaml`."""

    root: Path
    file: ProjectFile
    main: Path
    """Path of the program: a file, or a folder with a `__main__.py`."""

    @classmethod
    def at(cls, root: Path) -> "Project":
        """Read the Pulumi project in a folder.

        Raises:
            ProjectError: there is none, or its file cannot be read.
        """
        if not (root / PROJECT_FILE).exists():
            raise ProjectError(f"{root}: no {PROJECT_FILE} here; run this in the folder of the project")
        try:
            file = read_project(root)
        except StackFileError as error:
            raise ProjectError(str(error)) from None
        main = root / file.main
        if not (main.is_file() or (main / "__main__.py").is_file()):
            raise ProjectError(f"{PROJECT_FILE} main: the program {main} does not exist; correct the path")
        return cls(root, file, main)

    @property
    def name(self) -> str:
        """Return the name of the project, from `Pulumi.yaml`."""
        return self.file.name

    def config(self, stack: str) -> dict[str, str]:
        """Return the configuration of a stack by full key (`project:key`), as the Pulumi engine passes it to a program.

        Raises:
            NoSuchStackError: the project has no such stack.
            ProjectError: the stack's file cannot be read, or has an encrypted value.
        """
        known = stack_names(self.root)
        if stack not in known:
            near = get_close_matches(stack, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"stacks are {', '.join(known) or 'none'}"
            raise NoSuchStackError(f"no stack {stack!r}: there is no Pulumi.{stack}.yaml; {hint}")
        try:
            return stack_config(self.root, stack, self.file)
        except StackFileError as error:
            raise ProjectError(str(error)) from None

    def run(self) -> None:
        """Run the project's program once as the Pulumi engine does: in its folder, as the module `__main__`."""
        with _working_directory(self.root):
            runpy.run_path(str(self.main), run_name="__main__")


@contextmanager
def _working_directory(root: Path) -> Generator[None]:
    """Change to a folder and make its modules importable; undo both when the block ends."""
    here, path = Path.cwd(), list(sys.path)
    chdir(root)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        chdir(here)
        sys.path[:] = path
