"""The working tree of a project: what it declares, and a deployment of its program on local Azure.

Both come from the cache where nothing changed. Otherwise the program runs, and a line on standard error reports it.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from access.model.declared import Declared
from cli.cache import store
from cli.cache.fingerprint import TooLargeError, fingerprint
from cli.environment import NO_CACHE, is_on
from cli.project_root import PROJECT_FILE, check_stack

__all__ = ["Project", "report_run"]


@dataclass(frozen=True)
class Project:
    """The folder of a program, and one of its stacks; each document is read once."""

    root: Path
    stack: str
    uses_cache: bool = False
    """May answers come from the cache, and go there?"""
    report: Callable[[str], None] = lambda _what: None
    """Receives what runs now, before it runs."""

    def declared(self) -> Declared:
        """The declarations of network.yaml and of the stack's configuration.

        Raises:
            CommandError: there is no such stack.
            ManifestError: with every mistake in the files.
        """
        return self._declared

    def deployed(self) -> Mapping[str, Any]:
        """The document of a deployment of the program on local Azure.

        Raises:
            CommandError: there is no such stack, or the program failed; with its own words.
            LocalAzureError: the project cannot be run.
        """
        return self._deployed

    def files(self) -> str:
        """The text of the files in which names are written."""
        paths = (self.root / name for name in ("network.yaml", PROJECT_FILE, f"Pulumi.{self.stack}.yaml"))
        return "\n".join(path.read_text("utf-8", "replace") for path in paths if path.is_file())

    @property
    def is_cached(self) -> bool:
        """Are the documents in the cache, so that nothing has to run?"""
        return bool(self._cached)

    @cached_property
    def _declared(self) -> Declared:
        return Declared.from_json(self._declared_document)

    @cached_property
    def _declared_document(self) -> dict[str, Any]:
        check_stack(self.root, self.stack)
        if self._cached:
            return cast("dict[str, Any]", self._cached["declared"])
        from cli.declared import read_declared_document  # noqa: PLC0415 (imports pydantic)

        return read_declared_document(self.root, self.stack)

    @cached_property
    def _deployed(self) -> Mapping[str, Any]:
        check_stack(self.root, self.stack)
        if self._cached:
            return cast("Mapping[str, Any]", self._cached["deployed"])
        from cli.deployment import deployment_of  # noqa: PLC0415 (imports Pulumi's SDK)

        self.report(f"the program for stack {self.stack!r}")
        document, reads = deployment_of(self.root, self.stack)
        if self._fingerprint and reads is not None:
            self._save(document, reads)
        return document

    def _save(self, document: Mapping[str, Any], reads: Mapping[str, str]) -> None:
        """Keep the documents, unless the project changed meanwhile or a credential is in them."""
        from cli.cache.credentials import holds_credential  # noqa: PLC0415 (imports pydantic)

        documents = {"declared": self._declared_document, "deployed": document}
        if self._current_fingerprint() == self._fingerprint and not holds_credential(documents):
            store.save(store.cache_folder(), self._fingerprint, documents, reads)

    @cached_property
    def _cached(self) -> Mapping[str, Any]:
        """The documents of the cache; empty where there are none."""
        if not self._fingerprint:
            return {}
        return store.load(store.cache_folder(), self._fingerprint) or {}

    @cached_property
    def _fingerprint(self) -> str:
        """The fingerprint of the project; empty where the cache is off, which it is in every pipeline."""
        is_off = not self.uses_cache or is_on(NO_CACHE) or is_on("CI")
        return "" if is_off else self._current_fingerprint()

    def _current_fingerprint(self) -> str:
        with suppress(OSError, TooLargeError):
            return fingerprint(self.root, self.stack)
        return ""


def report_run(what: str) -> None:
    """Report on standard error what runs now: it takes seconds, and the answer is on standard output."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"running {what} on local Azure, which takes some seconds …\n")
        sys.stderr.flush()
