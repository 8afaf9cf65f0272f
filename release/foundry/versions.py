"""Plans and applies the pinning of the versions that the endpoints of Foundry agents serve.

Owns the request that pins a version. "Configure and share your agent", Microsoft Learn, 2026-04-14: an endpoint serves
the latest version until its `version_selector` names another one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from access.azure.foundry_endpoints import served_versions
from components.agents.azure_response import AzureResponse
from release.errors import ReleaseError
from release.foundry.azure import Azure, Body
from release.foundry.stack import Stack
from release.foundry.state import DeclaredVersion, declared_versions

__all__ = ["VersionPin", "apply_pins", "plan_pins"]

_AUDIENCE = "https://ai.azure.com/.default"
_PREVIEW = {"Foundry-Features": "AgentEndpoints=V1Preview", "Content-Type": "application/merge-patch+json"}
_PERMISSION = "Microsoft.CognitiveServices/accounts/AIServices/agents/write"
_OK, _FORBIDDEN, _MISSING = 200, 403, 404


@dataclass(frozen=True)
class VersionPin:
    """Change of the versions that the endpoint of one Foundry agent serves."""

    declared: DeclaredVersion
    served: tuple[str, ...]
    """Versions that the endpoint serves, `@latest` included; empty if Foundry does not show them."""


def plan_pins(stack: Stack, azure: Azure) -> tuple[VersionPin, ...]:
    """Return the agents of a stack whose endpoints serve anything but the declared version, without missing agents.

    Raises:
        ReleaseError: the stack or an agent cannot be read.
    """
    found: list[VersionPin] = []
    for declared in declared_versions(stack.rows):
        response = _send(azure, declared)
        if response.status == _MISSING:
            continue
        served = _served(declared, response)
        if served != (declared.version,):
            found.append(VersionPin(declared, served))
    return tuple(found)


def apply_pins(pins: Sequence[VersionPin], azure: Azure, report: Callable[[VersionPin], None]) -> None:
    """Let each agent's endpoint serve only the declared version; call `report` before each change.

    Raises:
        ReleaseError: Foundry refuses a change, or still serves other versions; earlier changes stay.
    """
    for pin in pins:
        report(pin)
        declared = pin.declared
        rule = {"type": "FixedRatio", "agent_version": declared.version, "traffic_percentage": 100}
        body = {"agent_endpoint": {"version_selector": {"version_selection_rules": [rule]}}}
        response = _send(azure, declared, body)
        if response.status == _FORBIDDEN:
            raise ReleaseError(
                f"version {declared.version!r} of agent {declared.agent!r} cannot be pinned: it needs the data action"
                f" {_PERMISSION}, as in the role 'Foundry User' at the project"
            )
        if response.status != _OK:
            raise ReleaseError(
                f"version {declared.version!r} of agent {declared.agent!r} cannot be pinned: Foundry responded with"
                f" {response.status}; pin it in the portal, or correct 'version' in network.yaml"
            )
        served = _served(declared, _send(azure, declared))
        if served != (declared.version,):
            raise ReleaseError(
                f"Foundry accepted version {declared.version!r} of agent {declared.agent!r}, but its endpoint serves"
                f" {', '.join(served) or 'an unknown version'}; pin it in the portal"
            )


def _send(azure: Azure, declared: DeclaredVersion, change: Body | None = None) -> AzureResponse:
    url = f"{declared.project_endpoint}/agents/{quote(declared.agent, safe='')}?api-version=v1"
    try:
        if change is None:
            return azure.send_get_request(url, _AUDIENCE)
        return azure.send_patch_request(url, _AUDIENCE, change, _PREVIEW)
    except RuntimeError as error:
        raise ReleaseError(str(error)) from None


def _served(declared: DeclaredVersion, response: AzureResponse) -> tuple[str, ...]:
    if response.status != _OK:
        raise ReleaseError(
            f"the version that agent {declared.agent!r} serves cannot be read: Foundry responded with {response.status}"
        )
    return served_versions(response.body) or ()
