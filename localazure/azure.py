"""Local Azure: one subscription that behaves like Azure Resource Manager and the azure-native provider.

Owns the calls that a front end makes; each is one request. The stages of a request are in `pipeline.py`, the
rules of a service in `services/`, the state in `world.py`; a front end (`fronts/`) turns its protocol into these
calls and adds nothing.

Differences from Azure: everything takes effect at once, nothing is throttled, no quota or price exists. Two
writes conflict only where they arrive at the same time through a front end that has several threads.
"""

from datetime import date

from localazure import services
from localazure.arm import clock, ids, pipeline
from localazure.arm import outputs as answers
from localazure.arm.api_types import violations
from localazure.arm.defaults import with_defaults
from localazure.arm.property_changes import diff_inputs
from localazure.arm.resource_type import InputDiff, Request, ResourceType
from localazure.arm.world import Resource, Values, World
from localazure.errors import AzureError, InvalidInputs, Violation
from manifest.current_date import current_date


class LocalAzure:
    """Operations of Azure Resource Manager (create, update, read, delete) on one simulated subscription."""

    def __init__(self, world: World, now: clock.Clock = clock.fixed, *, today: date | None = None) -> None:
        self.world = world
        self._now = now
        self._today = current_date() if today is None else today
        self._catalogue = services.catalogue()

    def check(self, token: str, inputs: Values, *, name: str) -> Values:
        """Validate a resource's inputs and return them with a default name, from the logical `name`, and location.

        Raises:
            UnknownType: local Azure does not have the type.
            InvalidInputs: every violation of Azure's published types.
        """
        kind = self._catalogue.find(token)
        full = with_defaults(kind, inputs, self.world, name)
        missing = [Violation(each, "is required and missing") for each in kind.path_inputs if not full.get(each)]
        found = (*missing, *violations(kind, full))
        if found:
            raise InvalidInputs(token, found)
        return full

    def diff(self, token: str, old: Values, new: Values) -> InputDiff:
        """Compare old and new inputs of a resource: changed properties, and those that force a replacement."""
        return diff_inputs(self._catalogue.find(token), old, new)

    def create(self, token: str, inputs: Values) -> tuple[str, Values]:
        """Create a simulated resource from inputs that `check` returned; return the resource id and the outputs.

        Raises:
            UnknownType, InvalidInputs: as `check`.
            AzureError: Azure would refuse it; nothing was made.
        """
        kind = self._catalogue.find(token)
        missing = tuple(Violation(each, "is required and missing") for each in kind.path_inputs if not inputs.get(each))
        if missing:
            raise InvalidInputs(token, missing)
        request = self._request(kind, kind.id_of(inputs, self.world), inputs)
        if kind.singleton and request.old is not None:
            return kind.provider_id_of(request.old.id), pipeline.update(request).outputs
        made = pipeline.create(request)
        return kind.provider_id_of(made.id), made.outputs

    def update(self, token: str, resource_id: str, inputs: Values) -> Values:
        """Update a simulated resource in place and return its outputs; raise AzureError if it does not exist.

        Raises:
            AzureError: it does not exist, or Azure would refuse the change; nothing was changed.
        """
        kind = self._catalogue.find(token)
        request = self._request(kind, kind.full_id_of(resource_id), inputs)
        if request.old is None:
            raise AzureError("ResourceNotFound", f"the resource '{resource_id}' was not found", 404)
        return pipeline.update(request).outputs

    def read(self, token: str, resource_id: str) -> tuple[Values, Values] | None:
        """Return inputs and outputs of a simulated resource; None if no resource of that type has the id."""
        found = self._found(token, resource_id)
        if found is None:
            return None
        current = self._catalogue.find(token).read_outputs(self.world, found)
        return found.inputs, {**found.outputs, **current}

    def adopt(self, token: str, resource_id: str) -> Values:
        """Return the outputs of a resource that a program refers to by id; store it first if local Azure lacks it.

        Azure would answer with what is there; local Azure cannot know and takes it to exist, marked as adopted.

        Raises:
            AzureError: the id is not one of this type.
        """
        kind = self._catalogue.find(token)
        found = self._found(token, resource_id)
        if found is not None:
            return found.outputs
        named = kind.inputs_in(resource_id)
        if not kind.adoptable:
            raise AzureError("ResourceNotFound", f"the resource '{resource_id}' was not found", 404)
        if named is None:
            raise AzureError("LinkedInvalidPropertyId", f"'{resource_id}' is not the id of a {kind.arm_type}")
        return pipeline.adopt(self._request(kind, resource_id, {**kind.adopted_inputs, **named})).outputs

    def delete(self, token: str, resource_id: str) -> None:
        """Delete a simulated resource and every resource below it; ignore a missing one or a singleton."""
        kind = self._catalogue.find(token)
        if not kind.singleton:
            pipeline.delete(self._request(kind, kind.full_id_of(resource_id), {}))

    def invoke(self, token: str, args: Values) -> Values:
        """Return the result of a provider function, such as `getClientConfig`, in local Azure.

        Raises:
            UnknownType: local Azure does not have the function.
            AzureError: Azure would refuse the call.
        """
        return services.function(token)(self.world, args)

    def exclusive_scope(self, token: str, resource_id: str, inputs: Values) -> tuple[str, str] | None:
        """Return the scope in which Azure refuses concurrent writes, and the error code; None if there is no limit.

        Args:
            token: the type.
            resource_id: the id, empty for what is being made.
            inputs: the inputs of what is being made.
        """
        kind = self._catalogue.find(token)
        if kind.exclusive_writes is None:
            return None
        place = resource_id or kind.id_of(inputs, self.world)
        while place and ids.arm_type_of(place) != kind.exclusive_writes.arm_type:
            place = ids.parent_of(place)
        return place.lower(), kind.exclusive_writes.code

    def preview_outputs(self, token: str, inputs: Values, known: Values | None = None) -> Values:
        """Return the outputs that a preview predicts: values computed by Azure are unknown unless `known` has them."""
        return answers.preview_outputs(self._catalogue.find(token), inputs, known)

    def _found(self, token: str, resource_id: str) -> Resource | None:
        kind = self._catalogue.find(token)
        found = self.world.get(kind.full_id_of(resource_id))
        return found if found is not None and found.token == kind.token else None

    def _request(self, kind: ResourceType, resource_id: str, inputs: Values) -> Request:
        return Request(
            world=self.world,
            catalogue=self._catalogue,
            type=kind,
            id=resource_id,
            inputs=inputs,
            now=clock.stamp(self._now()),
            today=self._today,
            old=self.world.get(resource_id),
        )
