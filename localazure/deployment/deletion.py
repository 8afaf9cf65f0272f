"""Deletes resources from local Azure in an order that respects dependencies between the resources.

Owns which resources cannot outlive one that makes way for its replacement, and what a removal leaves alone: components,
what was only read, what is retained. Decides neither what is to go nor what is protected from it.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping
from functools import cached_property

from localazure.arm.resource_type import UNKNOWN
from localazure.azure import LocalAzure
from localazure.deployment.records import Record


class Deletion:
    """Deletes resources of the last run from local Azure, and remembers the URNs of those that were deleted."""

    def __init__(self, azure: LocalAzure, records: Mapping[str, Record]) -> None:
        self._azure = azure
        self._records = records
        self._deleted: set[str] = set()

    def __contains__(self, urn: str) -> bool:
        """Return True if the resource with a URN was deleted in this run."""
        return urn in self._deleted

    def remove(self, record: Record, also_going: Collection[str] = ()) -> None:
        """Delete one resource from local Azure, unless it is a component or retained, and mark it as deleted.

        Raises:
            AzureError: where Azure refuses; the resource is then still there.
        """
        leaves_alone = not record.custom or record.external or record.retain_on_delete
        # What was replaced has its successor's URN, of which nothing was removed.
        gone = record.urn in self._deleted and not record.replaced
        if not leaves_alone and not gone and record.deleted_with not in also_going:
            self._azure.delete(record.type, record.id)
        if not record.replaced:
            self._deleted.add(record.urn)

    def dependents_to_replace(self, record: Record) -> list[Record]:
        """Return the resources that must be replaced with a replaced resource, in the order of their deletion."""
        going = {record.urn}
        waiting = deque([record.urn])
        while waiting:
            for urn in self._dependents[waiting.popleft()]:
                dependent = self._records.get(urn)
                if dependent is not None and urn not in going and self._is_replaced_with(dependent, going):
                    going.add(urn)
                    waiting.append(urn)
        going.remove(record.urn)
        return [self._records[urn] for urn in sorted(going, key=self._positions.__getitem__, reverse=True)]

    def _is_replaced_with(self, dependent: Record, going: Collection[str]) -> bool:
        """Return True if replacing the resources in `going` makes inputs of `dependent` unknown and replaces it too."""
        if not dependent.custom or dependent.external or dependent.urn in self._deleted:
            return False
        unknown = {n: UNKNOWN for n, urns in dependent.property_dependencies.items() if any(u in going for u in urns)}
        if not unknown:
            return False
        return bool(self._azure.diff(dependent.type, dependent.inputs, {**dependent.inputs, **unknown}).replaces)

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {urn: place for place, urn in enumerate(self._records)}

    @cached_property
    def _dependents(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for record in self._records.values():
            for urns in record.property_dependencies.values():
                for urn in urns:
                    found[urn].append(record.urn)
        return found
