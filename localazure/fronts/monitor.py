"""Front end of a local run: receives the program's resource registrations and deploys them to local Azure.

Owns the translation of the SDK's requests and responses, and the list of requests and options that a local run does
not support: those are refused by name. Has no rule of Azure and compares nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar, cast

from google.protobuf.empty_pb2 import Empty
from pulumi import RunError
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2 as rpc
from pulumi.runtime.proto.alias_pb2 import Alias
from pulumi.runtime.proto.provider_pb2 import CheckFailure

from localazure.arm.property_paths import parse
from localazure.azure import LocalAzure
from localazure.deployment.deployment import LocalDeployment
from localazure.deployment.steps import DesiredResource
from localazure.deployment.urns import Namespace, type_of, urn
from localazure.errors import AzureError, LocalAzureError
from localazure.fronts.error_hooks import ErrorHooks
from localazure.fronts.values import unwrap, without_provider_code, wrap
from localazure.services import kubernetes

# Options that would change what is deployed and that a local run does not have. Whatever is not listed is carried out,
# or has no meaning here: versions and addresses of plugins, positions in the source, timeouts (local Azure answers at
# once).
_UNSUPPORTED: Mapping[str, str] = {
    "envVarMappings": "env_var_mappings",
    "hideDiffs": "hide_diffs",
    "hooks": "hooks",
    "importId": "import_",
    "remote": "remote",
    "replace_with": "replace_with",
    "replacement_trigger": "replacement_trigger",
    "state_migrations": "state_migrations",
    "transforms": "transforms",
}

_ERROR_HOOKS = "on_error"

# The provider that selects the cluster of Kubernetes objects; the only one that is more than a subscription.
_CLUSTER = kubernetes.PROVIDER


class Unsupported(LocalAzureError):  # noqa: N818 (named like its message)
    """Error of a Pulumi option or request that a local run does not support."""


class LocalMonitor(MockMonitor):
    """A Pulumi resource monitor for one local run, in place of the Pulumi engine's."""

    def __init__(self, deployment: LocalDeployment, azure: LocalAzure, namespace: Namespace) -> None:
        super().__init__(_Unused())
        self._deployment = deployment
        self._azure = azure
        self._namespace = namespace
        self._error_hooks = ErrorHooks()

    def RegisterResource(self, request: rpc.RegisterResourceRequest) -> rpc.RegisterResourceResponse:  # noqa: N802 (gRPC)
        """Deploy one resource to local Azure, or record a component."""
        name = urn(self._namespace, request.parent, request.type, request.name)
        try:
            desired = self._desired(name, request)
        except LocalAzureError as error:
            self._deployment.fail(name, error)
            return rpc.RegisterResourceResponse(urn=name, result=rpc.FAIL)
        answer = self._deployment.register(desired)
        if answer is None:
            return rpc.RegisterResourceResponse(urn=name, result=rpc.FAIL)
        return rpc.RegisterResourceResponse(urn=name, id=answer.id, object=wrap(answer.outputs, answer.secrets))

    def RegisterResourceOutputs(self, request: rpc.RegisterResourceOutputsRequest) -> Empty:  # noqa: N802 (gRPC)
        """Record the outputs of a component, which the program registers after the component's children."""
        given = unwrap(request.outputs)
        self._deployment.outputs(request.urn, given.values, given.secrets)
        return Empty()

    def ReadResource(self, request: rpc.ReadResourceRequest) -> rpc.ReadResourceResponse:  # noqa: N802 (gRPC)
        """Read an existing resource that the program refers to but does not own."""
        name = urn(self._namespace, request.parent, request.type, request.name)
        desired = DesiredResource(
            urn=name,
            type=request.type,
            custom=True,
            parent=request.parent,
            inputs={},
            dependencies=tuple(request.dependencies),
            secret_outputs=tuple(request.additionalSecretOutputs),
        )
        answer = self._deployment.read(desired, request.id)
        if answer is None:
            return rpc.ReadResourceResponse(urn=name, result=rpc.FAIL)
        return rpc.ReadResourceResponse(urn=name, id=answer.id, properties=wrap(answer.outputs, answer.secrets))

    def ExistsResource(self, request: rpc.ExistsResourceRequest) -> rpc.ExistsResourceResponse:  # noqa: N802 (gRPC)
        """Answer the program's request if a resource exists in local Azure."""
        return rpc.ExistsResourceResponse(exists=_call(lambda: self._azure.read(request.type, request.id)) is not None)

    def Invoke(self, request: rpc.ResourceInvokeRequest) -> rpc.ResourceInvokeResponse:  # noqa: N802 (gRPC)
        """Answer the program's call of a provider function, such as `getClientConfig`, with local Azure's result."""
        try:
            found = self._azure.invoke(request.tok, unwrap(request.args).values)
        except AzureError as error:
            # The program may handle an error of Azure; any other one ends the run.
            return rpc.ResourceInvokeResponse(failures=[CheckFailure(reason=str(error))])
        except LocalAzureError as error:
            raise RunError(str(error)) from None
        answer: dict[str, Any] = {"return": wrap(found)}
        return rpc.ResourceInvokeResponse(**answer)

    def Call(self, request: rpc.ResourceCallRequest) -> NoReturn:  # noqa: N802 (gRPC)
        """Refuse calls of component methods, since local Azure has no component provider."""
        _refuse(f"a local run does not support calls of the component method {request.tok}")

    def RegisterStackTransform(self, request: object) -> NoReturn:  # noqa: ARG002, N802 (gRPC)
        """Refuse stack transforms, since the changes of a transform would be lost."""
        _refuse("a local run does not support transforms of the whole stack")

    def RegisterStackInvokeTransform(self, request: object) -> NoReturn:  # noqa: ARG002, N802 (gRPC)
        """Refuse transforms of invokes, since the changes of a transform would be lost."""
        _refuse("a local run does not support transforms of function invokes")

    def RegisterResourceHook(self, request: object) -> NoReturn:  # noqa: ARG002, N802 (gRPC)
        """Refuse resource hooks, of which a local run has error hooks alone."""
        _refuse("a local run does not support resource hooks")

    def RegisterErrorHook(self, request: rpc.RegisterErrorHookRequest) -> Empty:  # noqa: N802 (gRPC)
        """Store an error hook of the program, which decides if a failed resource is tried again."""
        self._error_hooks.register(request)
        return Empty()

    def RegisterPackage(self, request: rpc.RegisterPackageRequest) -> NoReturn:  # noqa: N802 (gRPC)
        """Refuse parameterized packages, since local Azure does not know their resource types."""
        _refuse(f"a local run does not support the parameterized package {request.name}")

    def _desired(self, name: str, request: rpc.RegisterResourceRequest) -> DesiredResource:
        _refuse_options(request)
        given = without_provider_code(unwrap(request.object))
        try:
            ignore = tuple(parse(path) for path in request.ignoreChanges)
            replace = tuple(parse(path) for path in request.replaceOnChanges)
        except ValueError as error:
            raise Unsupported(str(error)) from None
        return DesiredResource(
            urn=name,
            type=request.type,
            custom=request.custom,
            parent=request.parent,
            inputs=given.values,
            secrets=given.secrets,
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies={
                key: tuple(sorted(on.urns)) for key, on in request.propertyDependencies.items() if on.urns
            },
            protect=request.protect if request.HasField("protect") else None,
            retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
            deleted_with=request.deletedWith,
            delete_before_replace=request.deleteBeforeReplace or not request.deleteBeforeReplaceDefined,
            ignore_changes=ignore,
            replace_on_changes=replace,
            aliases=tuple(
                self._alias(alias, request) for alias in cast("Iterable[Alias]", cast("Any", request).aliases)
            ),
            secret_outputs=tuple(request.additionalSecretOutputs),
            is_retried=self._error_hooks.of(request, name),
        )

    def _alias(self, alias: Alias, request: rpc.RegisterResourceRequest) -> str:
        if alias.urn:
            return alias.urn
        spec = alias.spec
        parent = "" if spec.noParent else spec.parentUrn or request.parent
        namespace = Namespace(
            stack=spec.stack or self._namespace.stack, project=spec.project or self._namespace.project
        )
        return urn(namespace, parent, spec.type or request.type, spec.name or request.name)


class _Unused(Mocks):
    """Implementation of the SDK's mocks interface that only raises, since a local run does not call the mocks."""

    def new_resource(self, args: MockResourceArgs) -> NoReturn:
        raise NotImplementedError(args.name)

    def call(self, args: MockCallArgs) -> NoReturn:
        raise NotImplementedError(args.token)


_T = TypeVar("_T")


def _call(question: Callable[[], _T]) -> _T:
    try:
        return question()
    except LocalAzureError as error:
        raise RunError(str(error)) from None


def _refuse(reason: str) -> NoReturn:
    raise RunError(f"{reason}; deploy this program with the Pulumi CLI")


def _refuse_options(request: rpc.RegisterResourceRequest) -> None:
    named = [request.provider, *request.providers.values()]
    kinds = [request.type, *(type_of(each) for each in named if each)]
    if any(each.startswith("pulumi:providers:") and each != _CLUSTER for each in kinds):
        raise Unsupported(
            "a local run does not support explicit providers, since it has one subscription; remove the provider option"
        )
    used = [_UNSUPPORTED[field.name] for field, value in request.ListFields() if _is_set(field.name, value)]
    if used:
        raise Unsupported(
            f"a local run does not support the option {', '.join(sorted(used))}; remove it, or deploy with the"
            " Pulumi CLI"
        )


def _is_set(field: str, value: Any) -> bool:  # noqa: ANN401 (whatever a field holds)
    if field not in _UNSUPPORTED:
        return False
    if field == "hooks":
        return any(found.name != _ERROR_HOOKS for found, _ in value.ListFields())
    return bool(value)
