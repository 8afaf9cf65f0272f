"""Deployment of a program to local Azure: registers its resources and deletes those that it no longer registers.

Owns the comparison with the last run, what a failure holds up, and when things are deleted, as far as a local run needs
them; no rule of Azure, and nothing of how the program speaks to it. What Azure does not change in place is deleted
before it is made again, for resources here have explicit names and Azure gives a name once; if the program allows
it, it is deleted at the end of the run, and after a failure at the end of a later one.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, cast

from localazure.arm.defaults import ProviderDefaults
from localazure.arm.named_items import named_changes
from localazure.arm.property_paths import Change, Path, changes, format_path, overlaps, parse, with_old_values
from localazure.arm.resource_type import UNKNOWN
from localazure.arm.secret_values import mask, mask_change, secret_paths, unmask
from localazure.azure import LocalAzure
from localazure.deployment.deletion import Deletion
from localazure.deployment.inherited_options import previous_urns, with_parent_options
from localazure.deployment.records import Record
from localazure.deployment.snapshot import deployed_resource, new_record, with_renamed_urns
from localazure.deployment.steps import (
    NO_DIFF,
    DeployedResource,
    DesiredResource,
    Failure,
    Op,
    ResourceDiff,
    ResourceStep,
)
from localazure.errors import AzureError, LocalAzureError, UnfinishedRequest


class CannotDeploy(LocalAzureError):  # noqa: N818 (named like its message)
    """Error of a resource registration that is invalid, or that an option such as `protect` forbids."""


@dataclass(frozen=True)
class _ExistingResource:
    """A resource of the last run that still exists in local Azure, with its real secret values."""

    record: Record
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class LocalDeployment:
    """One run of a program against local Azure, starting from the state of the last run."""

    def __init__(
        self,
        azure: LocalAzure,
        records: Iterable[Record],
        on_step: Callable[[ResourceStep], None] = lambda _: None,
        location: str = "",
    ) -> None:
        self.steps: list[ResourceStep] = []
        self.failures: list[Failure] = []
        self.skipped: list[str] = []
        self._azure = azure
        self._location = location
        self._on_step = on_step
        known = list(records)
        self._old = {record.urn: record for record in known if not record.replaced}
        self._pending_deletion = [record for record in known if record.replaced]
        self._new: dict[str, Record] = {}
        self._failed: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._deletion = Deletion(azure, self._old)

    @property
    def saved_records(self) -> list[Record]:
        """Return the records to save: the stack's resources, and replaced resources that still have to be deleted."""
        return [*self.records, *self._pending_deletion]

    @property
    def records(self) -> list[Record]:
        """Return the records of the stack's resources, each after the resources that it depends on."""
        called = {old: new for new, old in self._renamed.items()}
        left = (record for record in self._old.values() if record.urn not in self._deletion)
        return [*self._new.values(), *(with_renamed_urns(record, called) for record in left)]

    def record(self, urn: str) -> Record | None:
        """Return the record of a resource that this run has registered; None for any other URN."""
        return self._new.get(urn)

    def register(self, desired: DesiredResource) -> DeployedResource | None:
        """Create, update or replace one resource in local Azure; return None if that failed or was skipped."""
        return self._deploy(desired, self._custom if desired.custom else self._component)

    def read(self, desired: DesiredResource, id_: str) -> DeployedResource | None:
        """Read an existing resource that the program refers to but does not own; return None if that failed."""
        return self._deploy(desired, lambda desired, old: self._external(desired, old, id_))

    def outputs(self, urn: str, values: dict[str, Any], secrets: Iterable[Path]) -> None:
        """Store the outputs of a component, which are registered after the component's children."""
        record = self._new.get(urn)
        if record is not None:
            record.outputs.clear()
            record.outputs.update(mask(values, secrets))

    def fail(self, urn: str, error: LocalAzureError) -> None:
        """Record the failure of a resource, so that the resources that depend on it are skipped."""
        self._fail(urn, error)
        self._failed.add(urn)
        old = self._old.pop(urn, None)
        if old is not None:
            self._new[urn] = old

    def finish(self) -> None:
        """Delete the resources that the program no longer registers; delete nothing if the run failed."""
        doomed = list(reversed(self._old.values()))
        for record in doomed:
            if record.protect:
                why = f"{record.name} is protected: deploy the resource without the option protect before you delete it"
                self._fail(record.urn, CannotDeploy(why))
        if self.failures:
            return
        urns = {record.urn for record in doomed}
        for record in [*reversed(self._pending_deletion), *doomed]:
            try:
                self._deletion.remove(record, also_going=urns)
            except LocalAzureError as error:
                self._fail(record.urn, error)
                return
            if record.replaced:
                self._pending_deletion.remove(record)
            else:
                del self._old[record.urn]
                self._add_step(ResourceStep(op=Op.DELETE, record=record, inputs=record.inputs))

    def _deploy(
        self, desired: DesiredResource, settle: Callable[[DesiredResource, Record | None], DeployedResource]
    ) -> DeployedResource | None:
        if desired.urn in self._new or desired.urn in self._failed:
            why = f"{desired.name} is registered twice as {desired.type}: give one of the two resources another name"
            self._fail(desired.urn, CannotDeploy(why))
            return None
        desired = with_parent_options(desired, self._new.get(desired.parent))
        old = self._take_previous(desired)
        try:
            if self._failed.isdisjoint((*desired.dependencies, desired.parent)):
                return _retried(desired, lambda: settle(desired, old))
            self.skipped.append(desired.urn)
        except LocalAzureError as error:
            self._fail(desired.urn, error)
        self._failed.add(desired.urn)
        # What Azure made, although reading its status failed, is recorded already.
        if old is not None and old.urn not in self._deletion:
            self._new.setdefault(desired.urn, old)
        return None

    def _take_previous(self, desired: DesiredResource) -> Record | None:
        """Remove and return the last run's record of a resource, found by its URN or a previous URN."""
        for urn in (desired.urn, *previous_urns(desired, self._renamed)):
            old = self._old.pop(urn, None)
            if old is not None:
                if urn != desired.urn:
                    self._renamed[desired.urn] = urn
                return replace(old, urn=desired.urn, parent=desired.parent)
        return None

    def _component(self, desired: DesiredResource, old: Record | None) -> DeployedResource:
        given = DeployedResource("", {} if old is None else dict(old.outputs))
        record = new_record(desired, desired.inputs, given)
        found = named_changes((old.inputs, old.inputs), (record.inputs, record.inputs)) if old is not None else ()
        changed = tuple(found)
        op = Op.CREATE if old is None else Op.UPDATE if changed else Op.SAME
        self._add_resource_step(op, desired, record, ResourceDiff(changed))
        return DeployedResource("", {})

    def _external(self, desired: DesiredResource, old: Record | None, id_: str) -> DeployedResource:
        found = self._azure.read(desired.type, id_)
        outputs = self._azure.adopt(desired.type, id_) if found is None else found[1]
        if old is not None and old.custom and not old.external and old.id != id_:
            self._delete_before_replacement(old)
        given = deployed_resource(desired, id_, outputs)
        known = old is not None and old.external and old.id == id_
        self._add_resource_step(Op.SAME if known else Op.READ, desired, new_record(desired, {}, given, external=True))
        return given

    def _custom(self, desired: DesiredResource, old: Record | None) -> DeployedResource:
        unknown = next(_unknown(desired.inputs), None)
        if unknown is not None:
            raise CannotDeploy(
                f"input {format_path(unknown)} stays unknown: it uses an output that local Azure does not have"
            )
        existing = self._find_existing(old)
        wanted = desired.inputs
        if existing is not None:
            for pattern in desired.ignore_changes:
                wanted = with_old_values(existing.inputs, wanted, pattern)
        defaults = ProviderDefaults(self._location, {} if existing is None else existing.inputs)
        inputs = self._azure.check(desired.type, wanted, name=desired.name, defaults=defaults)
        if existing is not None:
            return self._update_or_replace(desired, existing, inputs)
        return self._create(Op.CREATE if old is None or old.external else Op.REPLACE, desired, inputs)

    def _find_existing(self, old: Record | None) -> _ExistingResource | None:
        """Return a resource of the last run if local Azure still has it; None if it was deleted since, or only read."""
        if old is None or old.external or old.urn in self._deletion:
            return None
        found = self._azure.read(old.type, old.id)
        return None if found is None else _ExistingResource(old, unmask(old.inputs, found[0]), found[1])

    def _update_or_replace(
        self, desired: DesiredResource, existing: _ExistingResource, inputs: dict[str, Any]
    ) -> DeployedResource:
        old = existing.record
        difference = self._azure.diff(desired.type, existing.inputs, inputs)
        if not difference.changed and not difference.replaces and desired.type == old.type:
            given = deployed_resource(desired, old.id, existing.outputs)
            self._add_resource_step(Op.SAME, desired, new_record(desired, inputs, given))
            return given
        touched = [parse(path) for path in (*difference.changed, *difference.replaces)]
        secrets = desired.secrets | secret_paths(old.inputs)
        changed = tuple(
            mask_change(change, secrets)
            for change in changes(existing.inputs, inputs)
            if any(overlaps(path, change.path) for path in touched)
        )
        forcing = [*map(parse, difference.replaces), *desired.replace_on_changes]
        forced_by = tuple(change for change in changed if any(overlaps(path, change.path) for path in forcing))
        shown = (mask(existing.inputs, secret_paths(old.inputs)), mask(inputs, desired.secrets))
        by_name = _changes_by_name((existing.inputs, shown[0]), (inputs, shown[1]), touched)
        if difference.replaces or forced_by or desired.type != old.type:
            return self._replace(desired, old, inputs, ResourceDiff(by_name, forced_by))
        with self._keeping_unfinished(desired, inputs):
            given = deployed_resource(desired, old.id, self._azure.update(desired.type, old.id, inputs))
        self._add_resource_step(Op.UPDATE, desired, new_record(desired, inputs, given), ResourceDiff(by_name))
        return given

    def _create(
        self, op: Op, desired: DesiredResource, inputs: dict[str, Any], differences: ResourceDiff = NO_DIFF
    ) -> DeployedResource:
        with self._keeping_unfinished(desired, inputs):
            given = deployed_resource(desired, *self._azure.create(desired.type, inputs))
        self._add_resource_step(op, desired, new_record(desired, inputs, given), differences)
        return given

    @contextmanager
    def _keeping_unfinished(self, desired: DesiredResource, inputs: dict[str, Any]) -> Generator[None]:
        """Record a resource that Azure changed although reading the status of the change failed, as the engine does."""
        try:
            yield
        except UnfinishedRequest as error:
            self._new[desired.urn] = new_record(
                desired, inputs, deployed_resource(desired, error.resource_id, error.outputs)
            )
            raise

    def _replace(
        self, desired: DesiredResource, old: Record, inputs: dict[str, Any], differences: ResourceDiff
    ) -> DeployedResource:
        """Replace the resource `old`: delete it before its replacement is created, or at the end of the run."""
        if desired.delete_before_replace:
            self._delete_before_replacement(old)
            return self._create(Op.REPLACE, desired, inputs, differences)
        if old.protect:
            raise CannotDeploy(
                f"{old.name} is protected and would be replaced: deploy the resource without the option protect first"
            )
        given = self._create(Op.REPLACE, desired, inputs, differences)
        self._pending_deletion.append(replace(old, replaced=True))
        return given

    def _delete_before_replacement(self, old: Record) -> None:
        """Delete the resource `old`, after the dependent resources that must be replaced with it."""
        going = [*self._deletion.dependents_to_replace(old), old]
        protected = next((record for record in going if record.protect), None)
        if protected is not None:
            raise CannotDeploy(
                f"{protected.name} is protected and would be replaced: deploy it without the option protect first"
            )
        for record in going:
            self._deletion.remove(record)

    def _add_resource_step(
        self, op: Op, desired: DesiredResource, record: Record, differences: ResourceDiff = NO_DIFF
    ) -> None:
        self._new[desired.urn] = record
        registered = mask(desired.inputs, desired.secrets)
        self._add_step(ResourceStep(op=op, record=record, inputs=registered, differences=differences))

    def _add_step(self, step: ResourceStep) -> None:
        self.steps.append(step)
        self._on_step(step)

    def _fail(self, urn: str, error: LocalAzureError) -> None:
        code = error.code if isinstance(error, AzureError) else ""
        self.failures.append(Failure(message=str(error), urn=urn, code=code))


def _retried(desired: DesiredResource, settle: Callable[[], DeployedResource]) -> DeployedResource:
    """Deploy a resource, again and again if Azure refuses it and the program's error hooks request so."""
    errors: list[str] = []
    while True:
        try:
            return settle()
        except UnfinishedRequest:
            raise
        except AzureError as error:
            errors.insert(0, str(error))
            if not desired.is_retried(errors):
                raise


def _changes_by_name(
    old: tuple[dict[str, Any], dict[str, Any]], new: tuple[dict[str, Any], dict[str, Any]], touched: Iterable[Path]
) -> tuple[Change, ...]:
    """Return the changed inputs with items of lists by name, where Azure sees a change at or around them."""
    around = [tuple(takewhile(lambda step: not isinstance(step, int), path)) for path in touched]
    return tuple(change for change in named_changes(old, new) if any(overlaps(path, change.path) for path in around))


def _unknown(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 (any JSON value)
    """Yield the paths of the values that the Pulumi engine marks as unknown."""
    if value == UNKNOWN:
        yield path
    elif isinstance(value, dict):
        for name, item in cast("dict[str, Any]", value).items():
            yield from _unknown(item, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(cast("list[Any]", value)):
            yield from _unknown(item, (*path, place))
