"""Reads the working tree of a project: its declared network, and its program's deployment on local Azure.

Both come from the cache where nothing changed. Otherwise the program runs, and a line on standard error reports it.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from access.model.declared import Declared
from cli.cache import store
from cli.cache.fingerprint import TooLargeError, fingerprint
from cli.environment import NO_CACHE, is_on
from cli.errors import CommandError
from cli.project_root import check_stack
from safe_text.display import escaped_lines
from safe_text.yaml_loading import load_yaml

__all__ = ["Project", "report_run"]


@dataclass(frozen=True)
class Project:
    """A project folder with one of its stacks: its documents, from the cache or from a run of the program."""

    root: Path
    stack: str
    uses_cache: bool = False
    """True if answers may be read from and written to the cache."""
    report: Callable[[str], None] = lambda _what: None
    """Callback that receives the name of the program before it runs."""

    def declared(self) -> Declared:
        """Return the network that network.yaml and the stack's configuration declare.

        Raises:
            CommandError: there is no such stack.
            ManifestError: with every mistake in the files.
        """
        return self._declared

    def declared_if_any(self) -> Declared | None:
        """Return the network that network.yaml declares; None for a project without a network.yaml.

        Raises:
            CommandError: there is no such stack.
            ManifestError: with every mistake in the files.
        """
        return self._declared if self._has_manifest else None

    def deployed(self) -> Mapping[str, Any]:
        """Return the document of a preview of the program on local Azure.

        Raises:
            CommandError: there is no such stack, or the program failed; with its own words.
            LocalAzureError: the project cannot be run.
        """
        return self._deployed

    def values(self) -> frozenset[str]:
        """Return the strings that network.yaml and the stack's file have as values, without keys and comments."""
        paths = (self.root / name for name in ("network.yaml", f"Pulumi.{self.stack}.yaml"))
        texts = (path.read_text("utf-8", "replace") for path in paths if path.is_file())
        return frozenset(value for text in texts for value in _strings(load_yaml(text)) if value)

    @property
    def is_cached(self) -> bool:
        """Return True if the project's documents are in the cache, so that the program need not run."""
        return bool(self._cached)

    @property
    def _has_manifest(self) -> bool:
        return (self.root / "network.yaml").is_file()

    @cached_property
    def _declared(self) -> Declared:
        return Declared.from_json(self._declared_document)

    @cached_property
    def _declared_document(self) -> dict[str, Any]:
        check_stack(self.root, self.stack)
        if not self._has_manifest:
            raise CommandError(
                "network.yaml: no such file; it declares the network with which access is compared. To check any other"
                " Azure program, write an export or a preview of it to a file and run `agent-network access check --of"
                " FILE --without-manifest`"
            )
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
        if self._fingerprint and reads is not None and self._has_manifest:
            self._save(document, reads)
        return document

    def _save(self, document: Mapping[str, Any], reads: Mapping[str, str]) -> None:
        """Save the project's documents to the cache, unless the project changed or they contain a credential."""
        from safe_text.document_search import credential_place  # noqa: PLC0415 (imports many patterns)

        documents = {"declared": self._declared_document, "deployed": document}
        if self._current_fingerprint() == self._fingerprint and credential_place(documents) is None:
            store.save(store.cache_folder(), self._fingerprint, documents, reads)

    @cached_property
    def _cached(self) -> Mapping[str, Any]:
        """Return the project's documents from the cache; empty if there is no valid entry."""
        if not self._fingerprint:
            return {}
        return store.load(store.cache_folder(), self._fingerprint) or {}

    @cached_property
    def _fingerprint(self) -> str:
        """Return the fingerprint of the project as a cache key; empty if the cache is off."""
        is_off = not self.uses_cache or is_on(NO_CACHE) or is_on("CI")
        return "" if is_off else self._current_fingerprint()

    def _current_fingerprint(self) -> str:
        with suppress(OSError, TooLargeError):
            return fingerprint(self.root, self.stack)
        return ""


def _strings(value: object) -> Iterator[str]:
    """Yield every string in a YAML document that is not a key."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings([*cast("Mapping[str, object]", value).values()])
    elif isinstance(value, list):
        for one in cast("list[object]", value):
            yield from _strings(one)


def report_run(what: str, *, note: str = "") -> None:
    """Print a progress line to standard error before the program runs, with a note below if there is one."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"running {what} on local Azure, which takes some seconds …\n")
        sys.stderr.write(f"{escaped_lines(note)}\n" if note else "")
        sys.stderr.flush()
