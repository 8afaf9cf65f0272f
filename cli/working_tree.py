"""The working tree of a project: what it declares, and a deployment of its program on local Azure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from access.model.declared import Declared
from cli.errors import CommandError
from cli.project_root import check_stack

__all__ = ["Project", "deployment_of"]


@dataclass(frozen=True)
class Project:
    """The folder of a program, and one of its stacks; each is read once."""

    root: Path
    stack: str

    def declared(self) -> Declared:
        """The declarations of network.yaml and of the stack's configuration.

        Raises:
            CommandError: there is no such stack.
            SpecError: with every mistake in the files.
        """
        return self._declared

    def deployed(self) -> Mapping[str, Any]:
        """The document of a deployment of the program on local Azure.

        Raises:
            CommandError: the program failed; with its own words.
            LocalAzureError: the project cannot be run.
        """
        check_stack(self.root, self.stack)
        return self._deployed

    @cached_property
    def _declared(self) -> Declared:
        from cli.declared import declared_document  # noqa: PLC0415 (imports pydantic)

        return Declared.from_json(declared_document(self.root, self.stack))

    @cached_property
    def _deployed(self) -> Mapping[str, Any]:
        return deployment_of(self.root, self.stack)


def deployment_of(root: Path, stack: str) -> Mapping[str, Any]:
    """Run the program of a project on local Azure; returns the document of a preview.

    Raises:
        CommandError: the program failed.
        LocalAzureError: the project cannot be run.
    """
    from cli.local_azure import run_document  # noqa: PLC0415 (imports Pulumi's SDK)
    from cli.local_run import run_program  # noqa: PLC0415 (likewise)
    from localazure.run import Operation  # noqa: PLC0415 (likewise)

    result, found = run_program(root, stack, Operation.PREVIEW)
    if result.failures:
        raise CommandError(f"{root}: " + "; ".join(failure.message for failure in result.failures))
    return run_document(result, found)
