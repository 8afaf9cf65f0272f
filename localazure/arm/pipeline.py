"""Stages of a request to local Azure: one list of stages for creating a resource, one for updating.

Owns the order of the stages and what Resource Manager does for every type alike: ids and names that are taken, groups
and parents that are missing, properties that cannot change. Rules of one service are in `services/`; the state
is in `world.py`. A request is judged by every stage before anything is changed, and refused for all reasons at
once.

Facts: "Azure Resource Manager: common deployment errors", Microsoft Learn, 2025-03; the check for an existing resource
before a creation is azure-native's own (`provider/pkg/provider/crud`, v3.29.0).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from localazure.arm import ids
from localazure.arm import managed_identity as identity
from localazure.arm import outputs as answers
from localazure.arm.api_types import violations
from localazure.arm.property_changes import diff_inputs
from localazure.arm.resource_type import Request
from localazure.arm.world import Resource
from localazure.errors import AzureError, InvalidInputs, LateRefusal

Stage = Callable[[Request], Iterator[AzureError]]


def create(request: Request) -> Resource:
    """Validate a request for a new resource, then create the resource in local Azure and return it."""
    _judge(
        request,
        _name_is_allowed,
        _id_is_free,
        _name_is_free,
        _group_exists,
        _parent_exists,
        identity.identity_refusals,
        request.type.rules,
    )
    made = _apply(request)
    request.type.on_created(request)
    return made


def update(request: Request) -> Resource:
    """Validate a request for an existing resource, then update the resource in local Azure and return it."""
    _judge(request, _immutable_properties_stay, identity.identity_refusals, request.type.rules)
    return _apply(request)


def adopt(request: Request) -> Resource:
    """Store a resource in local Azure, without validation, to which a program refers but which it did not create."""
    return _apply(replace(request, adopted=True))


def delete(request: Request) -> None:
    """Delete a simulated resource and every resource below it, deepest first, unless Azure would refuse."""
    if request.old is not None:
        _refuse([*request.type.deletion_refusals(request.world, request.old)])
    for each in [*request.world.under(request.id), request.world.get(request.id)]:
        if each is not None:
            _remove(request, each)


def _judge(request: Request, *stages: Stage) -> None:
    found = tuple(violations(request.type, request.inputs))
    if found:
        raise InvalidInputs(request.type.token, found)
    _refuse([error for stage in stages for error in stage(request)])


def _refuse(errors: list[AzureError]) -> None:
    """Raise one Azure error that lists all reasons for which a request is refused; do nothing without reasons."""
    if errors:
        # Azure looks for the reasons that it reports late only if it has no others.
        errors = [error for error in errors if not isinstance(error, LateRefusal)] or errors
        first, *others = errors
        raise type(first)(first.code, "; ".join([first.message, *map(str, others)]), first.status)


def _name_is_allowed(request: Request) -> Iterator[AzureError]:
    check = request.type.name_check
    refusal = check and check.refusal(request.type.label, request.name)
    if refusal:
        yield refusal


def _id_is_free(request: Request) -> Iterator[AzureError]:
    if request.world.get(request.id) is None:
        return
    if request.type.exists_error is not None:
        error = request.type.exists_error(request)
        if error is not None:
            yield error
    else:
        yield AzureError("Conflict", f"cannot create already existing resource '{request.id}'", 409)


def _name_is_free(request: Request) -> Iterator[AzureError]:
    kind, claim = request.type, _name_key(request)
    holder = request.world.find_unique(claim)
    if kind.name_taken_code and holder is not None and not ids.same(holder.id, request.id):
        yield AzureError(
            kind.name_taken_code,
            f"the name '{request.name}' is already taken; choose a name that is unique in all of Azure",
            kind.name_taken_status,
        )
    kept = kind.soft_deletion
    if kept is None:
        return
    deleted, recovers = request.world.soft_deleted.get(claim), kept.recovered_by(request.inputs)
    if recovers and (deleted is None or not _matches_deleted(request, deleted)):
        yield AzureError(
            kept.nothing_code,
            f"no deleted {kind.label} '{request.name}' can be recovered in this resource group and region",
        )
    if deleted is not None and not recovers:
        yield AzureError(
            kept.code,
            f"the name '{request.name}' belongs to a deleted {kind.label} that can still be recovered;"
            " recover it, purge it where it has no purge protection, or choose another name",
            409,
        )


def _group_exists(request: Request) -> Iterator[AzureError]:
    group = request.inputs.get("resourceGroupName")
    if group is None or request.type.name_input == "resourceGroupName":
        return
    # What this world did not make may stand in a group that it does not know.
    if request.parent is not None:
        return
    if request.world.get(f"/subscriptions/{request.world.subscription_id}/resourceGroups/{group}") is None:
        yield AzureError("ResourceGroupNotFound", f"resource group '{group}' could not be found", 404)


def _parent_exists(request: Request) -> Iterator[AzureError]:
    # A group is judged by the stage before; what is about a scope, by its service.
    if "resourceGroupName" not in request.type.path_inputs or request.parent is not None:
        return
    parent = request.type.parent_of(request.id)
    if ids.arm_type_of(parent) not in ("microsoft.resources/resourcegroups", "microsoft.resources/subscriptions"):
        yield AzureError(
            "ParentResourceNotFound",
            f"cannot write {request.type.arm_type} '{request.name}', because the parent resource '{parent}' could not"
            " be found",
            404,
        )


def _immutable_properties_stay(request: Request) -> Iterator[AzureError]:
    old = request.old
    if old is None or old.adopted:
        return
    for path in diff_inputs(request.type, old.inputs, request.inputs).replaces:
        yield AzureError(
            request.type.immutable_code,
            f"changing property '{path}' is not allowed; the resource must be replaced",
            request.type.immutable_status,
        )


def _apply(request: Request) -> Resource:
    kind, world = request.type, request.world
    claims = [claim.lower() for claim in kind.unique_keys(request)]
    recovered: Resource | None = None
    if kind.name_taken_code or kind.soft_deletion:
        claims.append(_name_key(request))
        recovered = world.soft_deleted.get(claims[-1])
        world.forget_deleted(claims[-1])
    if (
        request.old is not None
        and not identity.has_system_assigned(request.inputs)
        and identity.has_system_assigned(request.old.inputs)
    ):
        world.remove_principal(request.id)
    resource = Resource(
        id=request.id,
        token=kind.token,
        parent=kind.parent_of(request.id),
        inputs=request.inputs,
        # A recovered resource has its old state until the next update: the request's other properties are not written.
        outputs=answers.outputs(request if recovered is None else replace(request, inputs=recovered.inputs)),
        claims=tuple(claims),
        marks=tuple(mark.lower() for mark in kind.index_keys(request)),
        outlives_parent=kind.outlives_parent,
        adopted=request.adopted or (request.old is not None and request.old.adopted),
    )
    world.put(resource)
    return resource


def _remove(request: Request, resource: Resource) -> None:
    kind = request.catalogue.find(resource.token)
    world = request.world
    kind.on_deleted(world, resource)
    world.remove(resource.id)
    world.remove_principal(resource.id)
    if kind.soft_deletion is not None and kind.soft_deletion.kept(resource):
        world.keep_deleted(resource.claims[-1], resource)


def _matches_deleted(request: Request, deleted: Resource) -> bool:
    return ids.same(deleted.id, request.id) and deleted.outputs.get("location") == request.location


def _name_key(request: Request) -> str:
    """Return the key under which a name is unique: in all of Azure for globally unique names, else in its scope."""
    return f"{request.type.token} {request.name if request.type.name_taken_code else request.id}".lower()
