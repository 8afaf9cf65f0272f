"""From what the program wants to what is remembered of it.

Owns which outputs are secret, and the record that a run leaves of a resource. Pure; decides nothing about Azure.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from localazure.arm.property_paths import Path
from localazure.arm.secret_values import masked
from localazure.deployment.records import Record
from localazure.deployment.steps import Answer, Goal


def answer(goal: Goal, id_: str, outputs: dict[str, Any]) -> Answer:
    """What the program learns: an output is secret where the input of its name held one, or the program says so."""
    tops = {path[0] for path in goal.secrets if path} | set(goal.secret_outputs)
    hidden: frozenset[Path] = frozenset((top,) for top in tops if top in outputs)
    return Answer(id_, outputs, hidden)


def recorded(goal: Goal, inputs: dict[str, Any], answer: Answer, *, external: bool = False) -> Record:
    """The record of a resource that went well; `inputs` are those that Azure was given."""
    return Record(
        urn=goal.urn,
        type=goal.type,
        custom=goal.custom,
        parent=goal.parent,
        id=answer.id,
        inputs=masked(inputs, goal.secrets),
        outputs=masked(answer.outputs, answer.secrets),
        dependencies=goal.dependencies,
        property_dependencies=goal.property_dependencies,
        external=external,
        protect=bool(goal.protect),
        retain_on_delete=bool(goal.retain_on_delete),
        deleted_with=goal.deleted_with,
    )


def pointing(record: Record, called: Mapping[str, str]) -> Record:
    """`record` with the new URNs of whatever it refers to; `called` maps old to new."""
    if not called:
        return record
    return replace(
        record,
        parent=called.get(record.parent, record.parent),
        deleted_with=called.get(record.deleted_with, record.deleted_with),
        dependencies=tuple(called.get(urn, urn) for urn in record.dependencies),
        property_dependencies={
            name: tuple(called.get(urn, urn) for urn in urns) for name, urns in record.property_dependencies.items()
        },
    )
