"""The deployment: turns what the program registers into what local Azure does.

Owns the comparison with the last run, what a failure holds up, and when things are deleted, as far as a local run needs
them; no rule of Azure, and nothing of how the program speaks to it. What Azure does not change in place is deleted
before it is made again, for resources here have explicit names and Azure gives a name once; where the program says that
it need not be, it goes at the end of the run, and after a failure at the end of a later one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from localazure.arm.property_paths import Path, changes, keeping, parse, touches, written
from localazure.arm.resource_type import UNKNOWN
from localazure.arm.secret_values import hiding_change, masked, restored, secrets_in
from localazure.azure import LocalAzure
from localazure.deployment.deletion import Removal
from localazure.deployment.inherited_options import former_urns, inheriting
from localazure.deployment.record_builder import answer, pointing, recorded
from localazure.deployment.records import Record
from localazure.deployment.steps import NO_DIFFERENCES, Answer, Differences, Failure, Goal, Op, Step
from localazure.errors import AzureError, LocalAzureError


class CannotDeploy(LocalAzureError):  # noqa: N818 (says what happened, as the message reads)
    """What the program wants has no meaning, or is forbidden by what it said before."""


@dataclass(frozen=True)
class _Standing:
    """A resource of the last run that local Azure still has, with its secrets filled in."""

    record: Record
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class Deployment:
    """One run of a program over what the last run left."""

    def __init__(
        self, azure: LocalAzure, records: Iterable[Record], on_step: Callable[[Step], None] = lambda _: None
    ) -> None:
        self.steps: list[Step] = []
        self.failures: list[Failure] = []
        self.skipped: list[str] = []
        self._azure = azure
        self._on_step = on_step
        known = list(records)
        self._old = {record.urn: record for record in known if not record.replaced}
        self._waiting = [record for record in known if record.replaced]
        self._new: dict[str, Record] = {}
        self._broken: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._removal = Removal(azure, self._old)

    @property
    def remembered(self) -> list[Record]:
        """What the next run has to know: the stack, and what still waits to be deleted."""
        return [*self.records, *self._waiting]

    @property
    def records(self) -> list[Record]:
        """The stack, in an order in which nothing stands before what it depends on."""
        called = {old: new for new, old in self._renamed.items()}
        left = (record for record in self._old.values() if record.urn not in self._removal)
        return [*self._new.values(), *(pointing(record, called) for record in left)]

    def record(self, urn: str) -> Record | None:
        """What is known of a resource that this run has registered."""
        return self._new.get(urn)

    def register(self, goal: Goal) -> Answer | None:
        """Bring one resource to what the program wants; None where it failed or had to be left out."""
        return self._attempt(goal, self._custom if goal.custom else self._component)

    def read(self, goal: Goal, id_: str) -> Answer | None:
        """Look up a resource that this stack does not own."""
        return self._attempt(goal, lambda goal, old: self._external(goal, old, id_))

    def outputs(self, urn: str, values: dict[str, Any], secrets: Iterable[Path]) -> None:
        """Remember what a component says of itself once its children are registered."""
        record = self._new.get(urn)
        if record is not None:
            record.outputs.clear()
            record.outputs.update(masked(values, secrets))

    def fail(self, urn: str, error: LocalAzureError) -> None:
        """Note that a resource cannot be, and hold up whatever depends on it."""
        self._fail(urn, error)
        self._broken.add(urn)
        old = self._old.pop(urn, None)
        if old is not None:
            self._new[urn] = old

    def finish(self) -> None:
        """Delete what the program no longer registers; nothing at all after a failure."""
        doomed = list(reversed(self._old.values()))
        for record in doomed:
            if record.protect:
                why = f"{record.name} is protected: deploy it without protect before you delete it"
                self._fail(record.urn, CannotDeploy(why))
        if self.failures:
            return
        urns = {record.urn for record in doomed}
        for record in [*reversed(self._waiting), *doomed]:
            try:
                self._removal.remove(record, also_going=urns)
            except LocalAzureError as error:
                self._fail(record.urn, error)
                return
            if record.replaced:
                self._waiting.remove(record)
            else:
                del self._old[record.urn]
                self._done(Step(op=Op.DELETE, record=record, inputs=record.inputs))

    def _attempt(self, goal: Goal, settle: Callable[[Goal, Record | None], Answer]) -> Answer | None:
        if goal.urn in self._new or goal.urn in self._broken:
            why = f"{goal.name} is declared twice as {goal.type}: give one of the two another name"
            self._fail(goal.urn, CannotDeploy(why))
            return None
        goal = inheriting(goal, self._new.get(goal.parent))
        old = self._claim(goal)
        try:
            if self._broken.isdisjoint((*goal.dependencies, goal.parent)):
                return settle(goal, old)
            self.skipped.append(goal.urn)
        except LocalAzureError as error:
            self._fail(goal.urn, error)
        self._broken.add(goal.urn)
        if old is not None and old.urn not in self._removal:
            self._new[goal.urn] = old
        return None

    def _claim(self, goal: Goal) -> Record | None:
        """What the last run left of this resource, under its name or a former one."""
        for urn in (goal.urn, *former_urns(goal, self._renamed)):
            old = self._old.pop(urn, None)
            if old is not None:
                if urn != goal.urn:
                    self._renamed[goal.urn] = urn
                return replace(old, urn=goal.urn, parent=goal.parent)
        return None

    def _component(self, goal: Goal, old: Record | None) -> Answer:
        given = Answer("", {} if old is None else dict(old.outputs))
        record = recorded(goal, goal.inputs, given)
        changed = () if old is None else tuple(changes(old.inputs, record.inputs))
        op = Op.CREATE if old is None else Op.UPDATE if changed else Op.SAME
        self._settled(op, goal, record, Differences(changed))
        return Answer("", {})

    def _external(self, goal: Goal, old: Record | None, id_: str) -> Answer:
        found = self._azure.read(goal.type, id_)
        outputs = self._azure.adopt(goal.type, id_) if found is None else found[1]
        if old is not None and old.custom and not old.external and old.id != id_:
            self._make_way(old)
        given = answer(goal, id_, outputs)
        known = old is not None and old.external and old.id == id_
        self._settled(Op.SAME if known else Op.READ, goal, recorded(goal, {}, given, external=True))
        return given

    def _custom(self, goal: Goal, old: Record | None) -> Answer:
        unknown = next(_unknown(goal.inputs), None)
        if unknown is not None:
            raise CannotDeploy(f"input {written(unknown)} never becomes known: local Azure gives no such output")
        standing = self._standing(old)
        wanted = goal.inputs
        if standing is not None:
            for pattern in goal.ignore_changes:
                wanted = keeping(standing.inputs, wanted, pattern)
        inputs = self._azure.check(goal.type, wanted, name=goal.name)
        if standing is not None:
            return self._compared(goal, standing, inputs)
        return self._made(Op.CREATE if old is None or old.external else Op.REPLACE, goal, inputs)

    def _standing(self, old: Record | None) -> _Standing | None:
        """What of the last run can be built on: not what was only read, nor what went with something else."""
        if old is None or old.external or old.urn in self._removal:
            return None
        found = self._azure.read(old.type, old.id)
        return None if found is None else _Standing(old, restored(old.inputs, found[0]), found[1])

    def _compared(self, goal: Goal, standing: _Standing, inputs: dict[str, Any]) -> Answer:
        old = standing.record
        difference = self._azure.diff(goal.type, standing.inputs, inputs)
        if not difference.changed and not difference.replaces and goal.type == old.type:
            given = answer(goal, old.id, standing.outputs)
            self._settled(Op.SAME, goal, recorded(goal, inputs, given))
            return given
        touched = [parse(path) for path in (*difference.changed, *difference.replaces)]
        secrets = goal.secrets | secrets_in(old.inputs)
        changed = tuple(
            hiding_change(change, secrets)
            for change in changes(standing.inputs, inputs)
            if any(touches(path, change.path) for path in touched)
        )
        forcing = [*map(parse, difference.replaces), *goal.replace_on_changes]
        forced_by = tuple(change for change in changed if any(touches(path, change.path) for path in forcing))
        if difference.replaces or forced_by or goal.type != old.type:
            return self._replaced(goal, old, inputs, Differences(changed, forced_by))
        given = answer(goal, old.id, self._azure.update(goal.type, old.id, inputs))
        self._settled(Op.UPDATE, goal, recorded(goal, inputs, given), Differences(changed))
        return given

    def _made(self, op: Op, goal: Goal, inputs: dict[str, Any], differences: Differences = NO_DIFFERENCES) -> Answer:
        given = answer(goal, *self._azure.create(goal.type, inputs))
        self._settled(op, goal, recorded(goal, inputs, given), differences)
        return given

    def _replaced(self, goal: Goal, old: Record, inputs: dict[str, Any], differences: Differences) -> Answer:
        """Something else in the place of `old`, which goes before, or at the end of the run."""
        if goal.delete_before_replace:
            self._make_way(old)
            return self._made(Op.REPLACE, goal, inputs, differences)
        if old.protect:
            raise CannotDeploy(f"{old.name} is protected and would be replaced: deploy it without protect first")
        given = self._made(Op.REPLACE, goal, inputs, differences)
        self._waiting.append(replace(old, replaced=True))
        return given

    def _make_way(self, old: Record) -> None:
        """Remove `old`, and before it what must be replaced with it."""
        going = [*self._removal.cannot_outlive(old), old]
        protected = next((record for record in going if record.protect), None)
        if protected is not None:
            raise CannotDeploy(f"{protected.name} is protected and would be replaced: deploy it without protect first")
        for record in going:
            self._removal.remove(record)

    def _settled(self, op: Op, goal: Goal, record: Record, differences: Differences = NO_DIFFERENCES) -> None:
        self._new[goal.urn] = record
        registered = masked(goal.inputs, goal.secrets)
        self._done(Step(op=op, record=record, inputs=registered, differences=differences))

    def _done(self, step: Step) -> None:
        self.steps.append(step)
        self._on_step(step)

    def _fail(self, urn: str, error: LocalAzureError) -> None:
        code = error.code if isinstance(error, AzureError) else ""
        self.failures.append(Failure(message=str(error), urn=urn, code=code))


def _unknown(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 (any JSON value)
    """Where the engine's sentinel for a value to come stands."""
    if value == UNKNOWN:
        yield path
    elif isinstance(value, dict):
        for name, item in cast("dict[str, Any]", value).items():
            yield from _unknown(item, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(cast("list[Any]", value)):
            yield from _unknown(item, (*path, place))
