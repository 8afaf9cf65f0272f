"""Error hooks of a program in a local run: functions of the program that decide if a failed resource is tried again.

Owns the calls of the hooks, over gRPC on this machine, as the Pulumi engine makes them (`proto/pulumi/resource.proto`
of pulumi/pulumi, 3.272). When a resource is tried again is decided by the program alone.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import grpc
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc
from pulumi.runtime.proto import resource_pb2 as rpc

from localazure.errors import LocalAzureError

_MOST_RETRIES = 100
"""Retries after which the engine gives up, whatever a hook returns."""

IsRetried = Callable[[Sequence[str]], bool]
"""Function that returns True if a resource is tried again after errors, of which the newest is the first."""


class ErrorHooks:
    """Error hooks that a program has registered, by name."""

    def __init__(self) -> None:
        self._callbacks: dict[str, callback_pb2.Callback] = {}

    def register(self, request: rpc.RegisterErrorHookRequest) -> None:
        """Store a hook under its name."""
        self._callbacks[request.name] = cast("Any", request).callback

    def of(self, request: rpc.RegisterResourceRequest, urn: str) -> IsRetried:
        """Return the function that calls the hooks of a resource after it has failed."""
        names = list(request.hooks.on_error)

        def is_retried(errors: Sequence[str]) -> bool:
            failure = rpc.ErrorHookRequest(
                urn=urn,
                name=request.name,
                type=request.type,
                new_inputs=request.object,
                failed_operation="create",
                errors=errors,
            )
            return len(errors) <= _MOST_RETRIES and True in [self._call(name, failure) for name in names]

        return is_retried

    def _call(self, name: str, failure: rpc.ErrorHookRequest) -> bool:
        callback = self._callbacks.get(name)
        if callback is None:
            raise LocalAzureError(
                f"the error hook {name!r} is not registered; create it before the resource that uses it"
            )
        with grpc.insecure_channel(callback.target) as channel:
            invoke = callback_pb2.CallbackInvokeRequest(token=callback.token, request=failure.SerializeToString())
            answered = cast("Any", callback_pb2_grpc.CallbacksStub(channel)).Invoke(invoke)
        response = rpc.ErrorHookResponse.FromString(answered.response)
        if response.error:
            raise LocalAzureError(f"the error hook {name!r} failed: {response.error}")
        return response.retry
