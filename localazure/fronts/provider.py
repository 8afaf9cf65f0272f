"""Local Azure as a Pulumi provider plugin.

Owns the engine's provider protocol (pulumirpc.ResourceProvider): requests, responses, and errors as one sentence for
the user. Has no rule of Azure and opens no file.
"""
# ruff: noqa: ARG002, N802 (the protocol names its calls, and hands each a request and a context)

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from localazure.arm.defaults import ProviderDefaults
from localazure.arm.property_paths import Path
from localazure.arm.resource_type import UNKNOWN
from localazure.azure import LocalAzure
from localazure.errors import InvalidInputs, LocalAzureError, UnansweredRequest, UnfinishedRequest, UnknownType
from localazure.fronts import differences
from localazure.fronts.shared_world import SharedWorld
from localazure.fronts.values import unwrap, without_provider_code, wrap

# Provider configuration that would carry a real credential: `ProviderArgs` of pulumi-azure-native 3.29.0 and
# pulumi-azuread 6.11.1 (Nov 2026).
_CREDENTIALS = frozenset(
    {
        "clientCertificate",
        "clientCertificatePassword",
        "clientCertificatePath",
        "clientSecret",
        "clientSecretFilePath",
        "oidcRequestToken",
        "oidcToken",
        "oidcTokenFilePath",
    }
)


@contextmanager
def _errors_as_status(context: grpc.ServicerContext) -> Generator[None]:
    """Report errors of local Azure to the Pulumi engine as a gRPC status; other exceptions keep their tracebacks."""
    try:
        yield
    except UnknownType as error:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
    except UnansweredRequest as error:
        # As from azure-native after a broken connection: the engine takes the state of the resource for unknown.
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
    except LocalAzureError as error:
        # not one of INTERNAL, UNKNOWN, DATA_LOSS: after those the engine takes the resource's state for unknown
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


@contextmanager
def _unfinished_as_status(context: grpc.ServicerContext, secrets: frozenset[Path]) -> Generator[None]:
    """Report a change that Azure made, and whose status could not be read, with the resource, as azure-native does.

    The engine then keeps the resource in its state, and tries to update it in the next run (pulumi-azure-native#1066).
    """
    try:
        yield
    except UnfinishedRequest as error:
        status = status_pb2.Status(code=grpc.StatusCode.FAILED_PRECONDITION.value[0], message=str(error))
        status.details.add().Pack(
            provider_pb2.ErrorResourceInitFailed(
                id=error.resource_id, properties=wrap(error.outputs, secrets), reasons=[str(error)]
            )
        )
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Provider plugin of one Pulumi package, such as `azure-native`, on a shared local Azure."""

    def __init__(self, package: str, world: SharedWorld, stop: Callable[[], None]) -> None:
        self._package = package
        self._world = world
        self._stop = stop
        self._location = ""

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Report to the engine that this plugin accepts values marked as secret."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return the version of the plugin, which is the version of the package's SDK."""
        return plugin_pb2.PluginInfo(version=_version(self._package))

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Return a schema without types, since no SDK is generated from this plugin."""
        return provider_pb2.GetSchemaResponse(
            schema=json.dumps({"name": self._package, "version": _version(self._package)})
        )

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:
        """Accept an engine that attaches to the running plugin."""
        return Empty()

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """Stop the plugin after the requests in progress have finished."""
        self._stop()
        return Empty()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Refuse real credentials in the provider's configuration."""
        failures = [
            provider_pb2.CheckFailure(
                property=name,
                reason="local Azure accepts no real credential; remove it from this stack's configuration",
            )
            for name in request.news.fields
            if name in _CREDENTIALS
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Report that the provider's configuration needs no other provider, for every resource has its location."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Accept the provider's configuration, of which only the default location counts."""
        location = unwrap(request.args).values.get("location")
        self._location = location if isinstance(location, str) and location != UNKNOWN else ""
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Answer the engine with a resource's validated inputs and defaults, or with every violation in the inputs."""
        with _errors_as_status(context):
            news = without_provider_code(unwrap(request.news))
            try:
                with self._world.reading() as azure:
                    defaults = ProviderDefaults(self._location, unwrap(request.olds).values)
                    inputs = azure.check(request.type, news.values, name=request.name, defaults=defaults)
            except InvalidInputs as refused:
                return provider_pb2.CheckResponse(failures=_failures(refused))
            return provider_pb2.CheckResponse(inputs=wrap(inputs, news.secrets))

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Answer the engine with a resource's changed inputs, and with those that force a replacement."""
        with _errors_as_status(context):
            old, new = unwrap(request.old_inputs).values, unwrap(request.news).values
            with self._world.reading() as azure:
                difference = azure.diff(request.type, old, new)
            return differences.diff_response(difference, old, new)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create a resource in local Azure; in a preview, return known outputs and mark the others as unknown."""
        with _errors_as_status(context):
            given = unwrap(request.properties)
            if request.preview:
                return provider_pb2.CreateResponse(
                    properties=self._preview_outputs(request.type, given.values, None, given.secrets)
                )
            with _unfinished_as_status(context, given.secrets), self._writing(request.type, "", given.values) as azure:
                identifier, outputs = azure.create(request.type, given.values)
            return provider_pb2.CreateResponse(id=identifier, properties=wrap(outputs, given.secrets))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Return a resource of local Azure, or an empty id if it was deleted; an unknown id is assumed to exist."""
        with _errors_as_status(context):
            known_inputs, known = unwrap(request.inputs), unwrap(request.properties)
            with self._world.reading() as azure:
                found = azure.read(request.type, request.id)
            if found is None:
                if known.values or known_inputs.values:
                    return provider_pb2.ReadResponse()
                with self._world.writing() as azure:
                    azure.adopt(request.type, request.id)
                    found = azure.read(request.type, request.id)
            if found is None:
                return provider_pb2.ReadResponse()
            inputs, outputs = found
            return provider_pb2.ReadResponse(
                id=request.id, inputs=wrap(inputs, known_inputs.secrets), properties=wrap(outputs, known.secrets)
            )

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Update a resource in local Azure; in a preview, change nothing and return the known outputs."""
        with _errors_as_status(context):
            given, known = unwrap(request.news), unwrap(request.olds)
            if request.preview:
                return provider_pb2.UpdateResponse(
                    properties=self._preview_outputs(request.type, given.values, known.values, given.secrets)
                )
            with (
                _unfinished_as_status(context, given.secrets),
                self._writing(request.type, request.id, given.values) as azure,
            ):
                outputs = azure.update(request.type, request.id, given.values)
            return provider_pb2.UpdateResponse(properties=wrap(outputs, given.secrets))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        """Delete a resource from local Azure; deleting a missing resource succeeds."""
        with _errors_as_status(context):
            with self._writing(request.type, request.id, {}) as azure:
                azure.delete(request.type, request.id)
            return Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Answer the engine's call of a provider function; the result is secret if an argument is secret."""
        with _errors_as_status(context):
            given = unwrap(request.args)
            try:
                with self._world.reading() as azure:
                    result = azure.invoke(request.tok, given.values)
            except InvalidInputs as refused:
                return provider_pb2.InvokeResponse(failures=_failures(refused))
            secrets = [(name,) for name in result] if given.secrets else []
            # `return` is a word of Python: as a keyword it can only be passed so
            return provider_pb2.InvokeResponse(**{"return": wrap(result, secrets)})  # pyright: ignore[reportArgumentType] (see above)

    def Parameterize(
        self, request: provider_pb2.ParameterizeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ParameterizeResponse:
        """Refuse parameterization, since none of these packages is parameterized."""
        _unsupported(context, "parameterized packages")

    def Construct(
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """Refuse to construct components, since components run in the program."""
        _unsupported(context, f"component {request.type!r}")

    def Call(self, request: provider_pb2.CallRequest, context: grpc.ServicerContext) -> provider_pb2.CallResponse:
        """Refuse calls of resource methods, since none of these resources has methods."""
        _unsupported(context, f"method {request.tok!r}")

    @contextmanager
    def _writing(self, token: str, resource_id: str, inputs: dict[str, Any]) -> Generator[LocalAzure]:
        with self._world.reading() as azure:
            exclusive_scope = azure.exclusive_scope(token, resource_id, inputs)
        with self._world.exclusive_write(exclusive_scope), self._world.writing() as azure:
            yield azure

    def _preview_outputs(
        self, token: str, inputs: dict[str, Any], known: dict[str, Any] | None, secrets: frozenset[Path]
    ) -> Struct:
        with self._world.reading() as azure:
            return wrap(azure.preview_outputs(token, inputs, known), secrets)


def _version(package: str) -> str:
    """Return the version of a package's SDK; for dynamic resources, the version of the core SDK."""
    return version("pulumi" if package == "pulumi-python" else f"pulumi-{package}")


def _failures(refused: InvalidInputs) -> list[provider_pb2.CheckFailure]:
    return [
        provider_pb2.CheckFailure(property=violation.path, reason=violation.message) for violation in refused.violations
    ]


def _unsupported(context: grpc.ServicerContext, what: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"local Azure does not support {what}")
