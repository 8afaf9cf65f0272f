"""Azure Monitor diagnostic settings: the logs of a resource, and the destinations of these logs.

A setting is about a resource and outlives it. The log categories of a resource are with its type. Facts: "Diagnostic
settings in Azure Monitor", Microsoft Learn, 2026-03; messages as reported in hashicorp/terraform-provider-azurerm#2985
(category), TaoYang-Cloud/azurepolicy#19 (metrics) and Azure/azure-rest-api-specs#22719 (mixing).

Differences from Azure: no log is written; event hubs and partner solutions do not exist, so a setting that sends to
one is refused. That a workspace or account to send to must exist is checked by Azure at no documented place; here it
always is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast

from localazure.arm import ids
from localazure.arm.common_rules import all_of, constant, system_data
from localazure.arm.permissions import RequestedOperation
from localazure.arm.required_operations import linked_operation
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType, Values
from localazure.arm.world import Resource
from localazure.errors import AzureError
from manifest import azure_naming_rules

_TOKEN = "azure-native:monitor:DiagnosticSetting"  # noqa: S105 (a type token)

# Types and names. "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05.
_NAME = NameCheck(azure_naming_rules.DIAGNOSTIC_SETTING)

# What must exist, and other reasons to refuse
_MOST = 5
_SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId", "serviceBusRuleId")
_TABLES = ("Dedicated", "AzureDiagnostics")


def _resource_exists(request: Request) -> Iterator[AzureError]:
    source = request.scope
    if not request.exists(source):
        yield AzureError(
            "ResourceNotFound",
            f"the resource '{source}' was not found; a diagnostic setting needs an existing resource",
            404,
        )


def _sinks_exist(request: Request) -> Iterator[AzureError]:
    given = {name: sink for name in _SINKS if (sink := request.input(name))}
    if not given:
        yield AzureError("BadRequest", f"at least one data sink needs to be specified: {', '.join(_SINKS)}")
    for name, sink in given.items():
        if not request.exists(str(sink)):
            yield AzureError("ResourceNotFound", f"{name} '{sink}' was not found", 404)
    table = request.input("logAnalyticsDestinationType")
    if table is not None and table not in _TABLES:
        yield AzureError("BadRequest", f"logAnalyticsDestinationType {table!r} is not one of {', '.join(_TABLES)}")


def _categories_are_known(request: Request) -> Iterator[AzureError]:
    kind = request.type_of(request.scope)
    logs = _items(request.inputs, "logs")
    yield from _unknown_categories("category", _named(logs, "category"), kind.log_categories if kind else ())
    groups = kind.category_groups if kind and kind.log_categories else ()
    yield from _unknown_categories("category group", _named(logs, "categoryGroup"), groups)
    yield from _unknown_categories(
        "metric category", _named(_items(request.inputs, "metrics"), "category"), ("AllMetrics",)
    )
    if _named(logs, "category") and _named(logs, "categoryGroup"):
        yield AzureError("BadRequest", "diagnostic setting does not support mix of log category and log category group")
    if any(not log.get("category") and not log.get("categoryGroup") for log in logs):
        yield AzureError("BadRequest", "an entry of logs has neither category nor categoryGroup; add one of them")


def _unknown_categories(what: str, requested: list[str], known: tuple[str, ...]) -> Iterator[AzureError]:
    for name, times in Counter(requested).items():
        if name not in known:
            listed = ", ".join(known) or "none"
            yield AzureError("BadRequest", f"{what} '{name}' is not supported, supported are: {listed}")
        elif times > 1:
            yield AzureError("BadRequest", f"{what} '{name}' is listed {times} times; list it once")


def _setting_limit_is_kept(request: Request) -> Iterator[AzureError]:
    others = [each for each in _settings_on_resource(request) if not ids.same(each.id, request.id)]
    if len(others) >= _MOST:
        yield AzureError(
            "Conflict", f"the limit of {_MOST} diagnostic settings was reached; remove one to add '{request.name}'", 409
        )
    mine = set(_routes(request.inputs))
    for other in others:
        for sink, category in sorted(mine.intersection(_routes(other.inputs))):
            yield AzureError(
                "Conflict",
                f"data sink '{sink}' is already used in diagnostic setting '{ids.name_of(other.id)}' for category"
                f" '{category}'; data sinks cannot be reused in different settings on the same category for the same"
                " resource",
                409,
            )


def _settings_on_resource(request: Request) -> Iterator[Resource]:
    return (each for each in request.world.children(request.scope) if each.token == _TOKEN)


def _routes(inputs: Values) -> Iterator[tuple[str, str]]:
    """Return the pairs of log category and destination in a diagnostic setting."""
    items = [each for name in ("logs", "metrics") for each in _items(inputs, name) if each.get("enabled")]
    for sink in (str(inputs[name]).lower() for name in _SINKS if inputs.get(name)):
        for item in items:
            yield sink, str(item.get("category") or item.get("categoryGroup"))


def _items(inputs: Values, name: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", inputs.get(name) or [])


def _named(items: list[dict[str, Any]], name: str) -> list[str]:
    return [str(each[name]) for each in items if each.get(name)]


# Outputs
_OUTPUTS: Mapping[str, ComputedOutput] = {"logs": constant([]), "metrics": constant([]), "systemData": system_data}


def _keys_of_workspace(request: Request) -> Iterator[RequestedOperation]:
    """Return the operation that naming a workspace requires: "Manage access to Log Analytics workspaces", 2025."""
    workspace = request.input("workspaceId")
    if workspace:
        yield linked_operation("Microsoft.OperationalInsights/workspaces/sharedKeys/action", str(workspace))


TYPES = (
    ResourceType(
        _TOKEN,
        "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        name_check=_NAME,
        outlives_parent=True,
        rules=all_of(_resource_exists, _sinks_exist, _categories_are_known, _setting_limit_is_kept),
        linked_operations=_keys_of_workspace,
        outputs=_OUTPUTS,
        volatile=("systemData",),
        adoptable=False,
    ),
)
