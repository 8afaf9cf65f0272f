"""The one policy of the pack: each resource is as the approved plan has it.

Passes the engine's values to `access.questions.deviations`, which compares. The engine sends the policy no outputs of
other resources: the release writes them to a file as the engine reports them. An id that is not there yet is waited
for, some seconds, since the two reach the policy on different ways.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    PolicyProviderResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from access.model.planned_resource import PlannedResource, from_json
from access.questions.deviations import deviations
from access.readers.pack import properties
from policies.secrecy import keep_secrets
from release.enforcement.exchange import LineFile, ReturnedFile
from release.errors import ReleaseError
from release.inputs.files import text_digest
from safe_text.display import visible

__all__ = ["COMPARE", "NAME", "POLICY", "RECORD", "policy", "start"]

NAME = "agent-network-release"
POLICY = "approved-plan"
"""Name of the policy, which is the key of its configuration."""

COMPARE, RECORD = "compare", "record"
"""Tasks of the policy: to compare each resource of a deployment, or to record that a preview called the policy."""
_TEXT = {"type": "string", "minLength": 1}
_NAMES = ("approved", "returned", "compared", "digest")
_SCHEMA = PolicyConfigSchema(
    {**dict.fromkeys(_NAMES, _TEXT), "task": {"type": "string", "enum": [COMPARE, RECORD]}}, [*_NAMES, "task"]
)
_WAIT = 5.0
"""Seconds for which a value that does not fit is compared again."""
_PAUSE = 0.05
_WITHOUT_SETTINGS = frozenset({"pulumi:providers:pulumi-python"})
"""Providers that get the whole configuration of a stack as their settings."""


class _Comparison:
    """The approved plan and the two files of one run of the engine."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        plan = Path(config["approved"]).read_text("utf-8")
        self._digest = str(config["digest"])
        if text_digest(plan) != self._digest:
            raise ReleaseError("the approved plan was edited while the deployment ran")
        self._planned: Mapping[str, PlannedResource] = from_json(json.loads(plan))
        self._task = str(config["task"])
        self._returned = ReturnedFile(Path(config["returned"]))
        self._compared = LineFile(Path(config["compared"]))

    def problems(self, args: ResourceValidationArgs) -> tuple[str, ...]:
        """Return the differences of a resource from the approved plan, and record that it was compared."""
        if self._task == RECORD:
            self._record(args.urn)
            return ()
        values, provider = properties(args.props), args.provider
        end = time.monotonic() + _WAIT
        found = self._found(args, values, provider)
        while found and args.urn in self._planned and time.monotonic() < end:
            time.sleep(_PAUSE)
            found = self._found(args, values, provider)
        self._record(args.urn, is_refused=bool(found))
        return found

    def _record(self, urn: str, *, is_refused: bool = False) -> None:
        self._compared.append({"urn": urn, "digest": self._digest, "refused": is_refused})

    def _found(
        self, args: ResourceValidationArgs, values: Mapping[str, Any], provider: PolicyProviderResource | None
    ) -> tuple[str, ...]:
        urn = "" if provider is None else provider.urn
        found = deviations(self._planned, args.urn, args.resource_type, values, self._returned.of, provider=urn)
        if found or provider is None or provider.resource_type in _WITHOUT_SETTINGS:
            return found
        settings = properties(provider.props)
        of_provider = deviations(self._planned, urn, provider.resource_type, settings, self._returned.of)
        return tuple(f"of its provider {provider.name!r}, {each}" for each in of_provider)


def policy() -> ResourceValidationPolicy:
    """Return the policy, for one run of the engine."""
    made: list[_Comparison] = []
    lock = Lock()

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if _is_outside_azure(args):
            return
        with lock:
            if not made:
                made.append(_Comparison(args.get_config()))
        for problem in made[0].problems(args):
            report(f"{visible(args.name)}: {visible(problem)}; the deployment stops before this resource", args.urn)

    return ResourceValidationPolicy(
        name=POLICY,
        description="Each resource of a deployment is as the approved plan has it.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=_SCHEMA,
    )


def start() -> None:
    """Run the policy pack in this process until the engine stops it, with secrets hidden from the policy."""
    keep_secrets()
    PolicyPack(NAME, [policy()], enforcement_level=EnforcementLevel.MANDATORY)


def _is_outside_azure(args: ResourceValidationArgs) -> bool:
    """Return True for components and providers, which are nothing in Azure by themselves."""
    return args.provider is None or args.resource_type.startswith("pulumi:providers:")
