"""Builds the state records of resources from their registrations and deployed outputs.

Owns which outputs are secret, and the record that a run leaves of a resource. Pure; decides nothing about Azure.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from localazure.arm.property_paths import Path
from localazure.arm.secret_values import mask
from localazure.deployment.records import Record
from localazure.deployment.steps import DeployedResource, DesiredResource


def deployed_resource(desired: DesiredResource, id_: str, outputs: dict[str, Any]) -> DeployedResource:
    """Return a deployed resource as the program receives it: id, outputs, and paths of the secret outputs."""
    tops = {path[0] for path in desired.secrets if path} | set(desired.secret_outputs)
    hidden: frozenset[Path] = frozenset((top,) for top in tops if top in outputs)
    return DeployedResource(id_, outputs, hidden)


def new_record(
    desired: DesiredResource, inputs: dict[str, Any], answer: DeployedResource, *, external: bool = False
) -> Record:
    """Create the state record of a deployed resource with secrets masked; `inputs` are those that Azure received."""
    return Record(
        urn=desired.urn,
        type=desired.type,
        custom=desired.custom,
        parent=desired.parent,
        id=answer.id,
        inputs=mask(inputs, desired.secrets),
        outputs=mask(answer.outputs, answer.secrets),
        dependencies=desired.dependencies,
        property_dependencies=desired.property_dependencies,
        external=external,
        protect=bool(desired.protect),
        retain_on_delete=bool(desired.retain_on_delete),
        deleted_with=desired.deleted_with,
    )


def with_renamed_urns(record: Record, called: Mapping[str, str]) -> Record:
    """Return `record` with renamed URNs in its references to other resources; `called` maps old URNs to new URNs."""
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
