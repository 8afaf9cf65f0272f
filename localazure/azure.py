"""Local Azure: one subscription that behaves like Azure Resource Manager and the azure-native provider.

Owns the calls that a front end makes; each is one request. The stages of a request are in `pipeline.py`, the
rules of a service in `services/`, the state in `world.py`; a front end (`fronts/`) turns its protocol into these
calls and adds nothing.

Differences from Azure: everything takes effect at once, nothing is throttled, no quota or price exists. Two
writes conflict only where they arrive at the same time through a front end that has several threads.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from localazure import services
from localazure.arm import clock, ids, pipeline
from localazure.arm import outputs as answers
from localazure.arm.api_types import needs_location, violations
from localazure.arm.asynchronous import AsynchronousOperation, StatusUrls, begin
from localazure.arm.defaults import NO_DEFAULTS, ProviderDefaults, with_defaults
from localazure.arm.faults import refused_status
from localazure.arm.permissions import Purpose, RequestCheck, RequestedOperation, allow_everything
from localazure.arm.property_changes import diff_inputs
from localazure.arm.required_operations import required_operations, status_operation
from localazure.arm.resource_type import InputDiff, Request, ResourceType
from localazure.arm.world import Resource, Values, World
from localazure.errors import AzureError, InvalidInputs, UnansweredRequest, UnfinishedRequest, Violation
from safe_text.current_date import current_date

_NO_LOCATION = "is required and missing; set it, or run `pulumi config set azure-native:location <region>`"


class LocalAzure:
    """Operations of Azure Resource Manager (create, update, read, delete) on one simulated subscription."""

    def __init__(
        self,
        world: World,
        now: clock.Clock = clock.fixed,
        *,
        today: date | None = None,
        request_check: RequestCheck = allow_everything,
    ) -> None:
        """Serve a simulated subscription; `request_check` is called before each request and may refuse the request."""
        self.world = world
        self._now = now
        self._today = current_date() if today is None else today
        self._request_check = request_check
        self._catalogue = services.catalogue()

    def check(self, token: str, inputs: Values, *, name: str, defaults: ProviderDefaults = NO_DEFAULTS) -> Values:
        """Validate a resource's inputs and return them with a default name, from the logical `name`, and location.

        Raises:
            UnknownType: local Azure does not have the type.
            InvalidInputs: every violation of Azure's published types.
            AzureError: the check reads other resources, and Azure refuses it.
        """
        kind = self._catalogue.find(token)
        full = with_defaults(kind, inputs, self.world, name, defaults)
        missing = [Violation(each, "is required and missing") for each in kind.path_inputs if not full.get(each)]
        if needs_location(kind) and not full.get("location"):
            missing.append(Violation("location", _NO_LOCATION))
        found = (*missing, *violations(kind, full))
        if found:
            raise InvalidInputs(token, found)
        for each in kind.check_operations(self.world, full):
            self._request_check(self.world, each)
        return kind.checked_inputs(self.world, full)

    def diff(self, token: str, old: Values, new: Values) -> InputDiff:
        """Compare old and new inputs of a resource: changed properties, and those that force a replacement."""
        return diff_inputs(self._catalogue.find(token), old, new)

    def create(self, token: str, inputs: Values) -> tuple[str, Values]:
        """Create a simulated resource from inputs that `check` returned; return the resource id and the outputs.

        As azure-native does, this reads whether the resource exists, writes, and reads the status of the change until
        it is done (`provider/pkg/provider/crud` of its sources, v3.29.0).

        Raises:
            UnknownType, InvalidInputs: as `check`.
            AzureError: Azure would refuse it; nothing was made.
            UnfinishedRequest: Azure made the resource, and refuses to return the status of its creation.
            UnansweredRequest: Azure made the resource, and the answer was lost.
        """
        kind = self._catalogue.find(token)
        missing = tuple(Violation(each, "is required and missing") for each in kind.path_inputs if not inputs.get(each))
        if missing:
            raise InvalidInputs(token, missing)
        request = self._request(kind, kind.id_of(inputs, self.world), inputs)
        self._check(request, Purpose.READ)
        exists_with_parent = kind.singleton and request.old is not None
        made = self._put(request, pipeline.update if exists_with_parent else pipeline.create)
        if self.world.is_create_unanswered(made.id):
            raise UnansweredRequest(made.id)
        self._finish(request, self._begin(request, kind.asynchronous.write), made)
        return kind.provider_id_of(made.id), made.outputs

    def update(self, token: str, resource_id: str, inputs: Values) -> Values:
        """Update a simulated resource in place and return its outputs; raise AzureError if it does not exist.

        Raises:
            AzureError: it does not exist, or Azure would refuse the change; nothing was changed.
            UnfinishedRequest: Azure made the change, and refuses to return its status.
        """
        kind = self._catalogue.find(token)
        request = self._request(kind, kind.full_id_of(resource_id), inputs)
        if request.old is None:
            raise AzureError("ResourceNotFound", f"the resource '{resource_id}' was not found", 404)
        changed = self._put(request, pipeline.update)
        self._finish(request, self._begin(request, kind.asynchronous.write), changed)
        return changed.outputs

    def put(self, token: str, inputs: Values) -> tuple[Resource, AsynchronousOperation | None]:
        """Create or update a resource by one request, as a client does that reads the status of the change itself.

        Return the resource, and the asynchronous operation in which the change is made, if the request is asynchronous.

        Raises:
            AzureError: Azure would refuse it; nothing was changed.
        """
        kind = self._catalogue.find(token)
        request = self._request(kind, kind.id_of(inputs, self.world), inputs)
        made = self._put(request, pipeline.create if request.old is None else pipeline.update)
        return made, self._begin(request, kind.asynchronous.write)

    def remove(self, token: str, resource_id: str) -> AsynchronousOperation | None:
        """Delete a resource by one request; return the asynchronous operation, if the request is asynchronous.

        Raises:
            AzureError: Azure would refuse it; nothing was deleted.
        """
        kind = self._catalogue.find(token)
        request = self._request(kind, kind.full_id_of(resource_id), {})
        return self._delete(request)

    def begin_write(self, token: str, inputs: Values) -> AsynchronousOperation | None:
        """Begin the asynchronous operation of a write that Azure accepts, and will refuse in its status."""
        kind = self._catalogue.find(token)
        return self._begin(self._request(kind, kind.id_of(inputs, self.world), inputs), kind.asynchronous.write)

    def require(self, act: RequestedOperation) -> None:
        """Check one operation that a front end carries out itself, such as listing resources.

        Raises:
            AzureError: Azure refuses the operation.
        """
        self._request_check(self.world, act)

    def read_status(self, operation: AsynchronousOperation, path: str) -> None:
        """Read the status of an asynchronous operation at one of its URLs, which Azure can refuse.

        Raises:
            AzureError: Azure refuses to return the status; the change is made all the same.
        """
        self._request_check(self.world, status_operation(operation, path))
        if self.world.is_status_refused(operation.resource_id):
            raise refused_status(path)

    def read(self, token: str, resource_id: str) -> tuple[Values, Values] | None:
        """Return inputs and outputs of a simulated resource; None if no resource of that type has the id."""
        kind = self._catalogue.find(token)
        self._check(self._request(kind, kind.full_id_of(resource_id), {}), Purpose.READ)
        found = self._found(token, resource_id)
        if found is None:
            return None
        added, current = kind.read_inputs(self.world, found), kind.read_outputs(self.world, found)
        return {**found.inputs, **added}, {**found.outputs, **current}

    def adopt(self, token: str, resource_id: str) -> Values:
        """Return the outputs of a resource that a program refers to by id; store it first if local Azure lacks it.

        Azure would answer with what is there; local Azure cannot know and takes it to exist, marked as adopted.

        Raises:
            AzureError: the id is not one of this type.
        """
        kind = self._catalogue.find(token)
        self._check(self._request(kind, kind.full_id_of(resource_id), {}), Purpose.READ)
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
        if kind.singleton:
            return
        request = self._request(kind, kind.full_id_of(resource_id), {})
        self._finish(request, self._delete(request), None)

    def invoke(self, token: str, args: Values) -> Values:
        """Return the result of a provider function, such as `getClientConfig`, in local Azure.

        Raises:
            UnknownType: local Azure does not have the function.
            AzureError: Azure would refuse the call.
        """
        function = services.function(token)
        for each in services.function_operations(token, self.world, args):
            self._request_check(self.world, each)
        return function(self.world, args)

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

    def _put(self, request: Request, change: Callable[[Request], Resource]) -> Resource:
        self._check(request, Purpose.WRITE)
        return change(request)

    def _check(self, request: Request, purpose: Purpose) -> None:
        if self._request_check is allow_everything:
            return
        for each in required_operations(request, purpose):
            self._request_check(self.world, each)

    def _begin(self, request: Request, urls: StatusUrls) -> AsynchronousOperation | None:
        if not urls:
            return None
        return begin(self.world, request.id, self._region(request.id), urls, request.now)

    def _region(self, resource_id: str) -> str:
        """Return the region of a resource, or of the nearest resource above it that has one."""
        place = resource_id
        while place:
            found = self.world.get(place)
            region = None if found is None else found.outputs.get("location")
            if region:
                return str(region).replace(" ", "").lower()
            place = ids.parent_of(place)
        return "global"

    def _delete(self, request: Request) -> AsynchronousOperation | None:
        self._check(request, Purpose.DELETE)
        operation = self._begin(request, request.type.asynchronous.delete) if request.old is not None else None
        pipeline.delete(request)
        return operation

    def _finish(self, request: Request, operation: AsynchronousOperation | None, made: Resource | None) -> None:
        """Read the status of a change until it is done, and then the resource, as azure-native does."""
        if operation is not None:
            try:
                for path in operation.paths:
                    self.read_status(operation, path)
            except AzureError as error:
                where = "" if made is None else request.type.provider_id_of(made.id)
                raise UnfinishedRequest(error, where, {} if made is None else made.outputs) from None
        # azure-native only warns if it cannot read what it has written.
        with suppress(AzureError):
            if made is not None:
                self._check(request, Purpose.READ)

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
