"""Policies of the policy pack: one for each kind of finding that can be found in a Pulumi program alone.

Passes the engine's resources to `access`, and the findings to the engine. A program is analyzed once for all policies.
Values and types that cannot be analyzed have a policy of their own.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from access.azure.catalogue import built_in_name
from access.findings import OF_ANY_PROGRAM, Finding, Rule, check
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.readers import pack
from policies.settings import Settings, schema
from safe_text.display import visible

NAME = "agent-network"
UNJUDGED = "cannot-be-judged"
"""Name of the policy that reports values and types which no other policy can analyze."""
INPUTS = "records-resource-inputs"
"""Name of the policy that records the inputs of each resource before Azure returns outputs; it reports nothing."""

# A program knows every principal that it names; the finding for one without a resource is `orphaned-assignment`. Only
# documents of local Azure have resources that it has not seen, and only Azure knows which revision is ready.
_NEVER_FOUND = frozenset({"unknown-principal", "not-seen-here", "unready-revision"})
_UNREAD = "unread"
_LEVELS = {"error": EnforcementLevel.MANDATORY}
_SEVERITIES = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW}

RULES: tuple[Rule, ...] = tuple(rule for rule in OF_ANY_PROGRAM if rule.id not in _NEVER_FOUND)
"""The kinds of findings that have a policy."""


def policies() -> list[Policy]:
    """Create the policies of the pack for one run of the engine."""
    judge = _Judge()
    return [
        ResourceValidationPolicy(
            name=INPUTS,
            description="Records the inputs of each resource for the other policies, and reports no violation.",
            validate=judge.record_inputs,
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
        *(_policy(judge, rule) for rule in RULES),
    ]


def name_of(rule: Rule) -> str:
    """Return the name of the policy that reports a kind of finding."""
    return UNJUDGED if rule.id == _UNREAD else rule.id


class _Judge:
    """Computes the findings of a Pulumi program, and keeps them until the engine sends another program."""

    def __init__(self) -> None:
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._lock = Lock()
        self._resources: pack.PackResources | None = None
        self._graph = Graph()
        self._findings: dict[bool, tuple[Finding, ...]] = {}

    def record_inputs(self, args: ResourceValidationArgs, _report: ReportViolation) -> None:
        """Record a resource's inputs, since policies of a whole stack get Azure's outputs, which lack some inputs."""
        self._inputs[args.urn] = pack.properties(args.props)

    def judge(
        self, resources: Iterable[object], *, production: bool
    ) -> tuple[pack.PackResources, Graph, tuple[Finding, ...]]:
        """Return the program's resources, their access graph and the findings about the graph.

        Raises:
            UnreadableSource: the resources cannot be read.
        """
        program = pack.pack_resources(resources, self._inputs)
        with self._lock:
            if program != self._resources:
                self._resources, self._graph, self._findings = program, program.graph(), {}
            if production not in self._findings:
                today = datetime.now(UTC).date()
                self._findings[production] = check(
                    self._graph, today=today, production=production, texts=program.texts()
                )
            return self._resources or program, self._graph, self._findings[production]


def _policy(judge: _Judge, rule: Rule) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        settings = Settings.of(args.get_config())
        try:
            program, graph, findings = judge.judge(args.resources, production=settings.production)
        except UnreadableSource as error:
            report(f"The access in this program cannot be analyzed: {visible(str(error))}", None)
            return
        for one in findings:
            urn = program.urn_of(one.location)
            if one.rule == rule and (urn, one.part) not in settings.exempt and not _is_allowed(one, graph, settings):
                report(f"{visible(one.what)}. {rule.fix}", urn or None)

    return StackValidationPolicy(
        name=name_of(rule),
        description=f"{rule.title}. {rule.why}",
        validate=validate,
        enforcement_level=_LEVELS.get(rule.severity, EnforcementLevel.ADVISORY),
        config_schema=schema(rule.id),
        display_name=rule.title,
        severity=_SEVERITIES[rule.severity],
        remediation_steps=rule.fix,
    )


def _is_allowed(one: Finding, graph: Graph, settings: Settings) -> bool:
    """Return True if a finding is about a role that the policy's options allow."""
    roles = (each.role for each in graph.assignments if settings.allowed_roles and each.id == one.assignment)
    names = {
        text.lower()
        for role in roles
        if role
        for text in (built_in_name(role), role.id, role.id.rpartition("/")[2])
        if text
    }
    return not names.isdisjoint(settings.allowed_roles)
