"""Compares the steps of a deployment with those of the approved preview: no other operation, and none left out.

Owns which operation may take the place of which. A policy of a resource sees creations and updates alone: deletions,
replacements and imports are compared here, with the events of the engine, and so after they began. A step may do less
than planned, as a value that the preview did not know can be what it was: an update in place of a replacement, and
nothing in place of an update.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from access.model.json_values import listed, mapping, text
from access.model.urns import resource_name

__all__ = ["PlannedSteps"]

_NOTHING = frozenset({"same", "read", "refresh", ""})
_REPLACES = frozenset({"replace", "create-replacement", "delete-replaced", "read-replacement", "import-replacement"})
_DISCARDS = frozenset({"read-discard", "discard-replaced", "discard"})
"""Operations that forget a resource which the program only looked up; nothing in Azure changes."""
_ENGINE = "pulumi:"
"""Types of the engine: the stack and providers, which are nothing in Azure."""
_SHOWN = 5


class PlannedSteps:
    """Operations of the approved preview by URN."""

    def __init__(self, preview: Mapping[str, Any]) -> None:
        """Read the steps of a preview.

        Args:
            preview: output of `pulumi preview --json --show-sames`.
        """
        self._planned: dict[str, set[str]] = defaultdict(set)
        for step in map(mapping, listed(preview.get("steps"))):
            state = mapping(step.get("newState")) or mapping(step.get("oldState"))
            if _counts(text(state, "type"), is_custom=state.get("custom") is not False):
                self._planned[text(step, "urn")].add(text(step, "op"))

    def problem(self, step: Mapping[str, Any]) -> str:
        """Return the difference of a step that the engine begins, as a clause; empty if the step is planned.

        Args:
            step: metadata of the step in the engine's event.
        """
        state = mapping(step.get("new")) or mapping(step.get("old"))
        operation, urn = text(step, "op"), text(step, "urn")
        # An event leaves out what is false, where a preview has it.
        if not _counts(text(step, "type"), is_custom=state.get("custom") is True):
            return ""
        if operation in _NOTHING | _DISCARDS or self._allows(urn, operation):
            return ""
        planned = " and ".join(sorted(self._planned.get(urn, set()) - _NOTHING)) or "no change"
        return f"{resource_name(urn)!r}: the operation is {operation}, and the approved preview has {planned}"

    def missing(self, applied: Iterable[tuple[str, str]]) -> str:
        """Return which planned operations were not done, as a clause; empty if all were.

        Args:
            applied: operation and URN of each step that was done.
        """
        left = sorted(self._missing(applied))
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        return f"the engine did not do what was approved: {', '.join(left[:_SHOWN])}{more}" if left else ""

    def _missing(self, applied: Iterable[tuple[str, str]]) -> Iterator[str]:
        done: dict[str, set[str]] = defaultdict(set)
        for operation, urn in applied:
            done[urn].add(operation)
        for urn, operations in self._planned.items():
            if operations & {"create", "import"} and not done[urn]:
                yield f"create {resource_name(urn)!r}"
            if operations == {"delete"} and not done[urn] & {"delete", "discard"}:
                yield f"delete {resource_name(urn)!r}"

    def _allows(self, urn: str, operation: str) -> bool:
        planned = self._planned.get(urn, set[str]())
        if operation == "update":
            return bool(planned & {"update", *_REPLACES})
        if operation == "delete" and planned & _REPLACES:
            return True  # the old one of a replacement
        return operation in planned


def _counts(kind: str, *, is_custom: bool) -> bool:
    return is_custom and not kind.startswith(_ENGINE)
