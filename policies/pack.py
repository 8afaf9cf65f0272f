"""The policies: one for each kind of finding that follows from a program alone, named like it.

Owns handing the engine's resources to `access` and its findings to the engine. A program is judged once, however many
policies ask; what cannot be judged has a policy of its own.
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

from access.findings import OF_ANY_PROGRAM, Finding, Rule, check
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.readers import pack
from policies.settings import Settings, schema

NAME = "agent-network"
UNJUDGED = "cannot-be-judged"
"""The policy of what no other one can see."""
NOTES = "notes-what-is-asked-for"
"""The policy that reports nothing: it sees each resource before Azure answers."""

# Every principal that a program names is known to it; one that nothing else tells of is an `orphaned-assignment`.
_NEVER_FOUND = frozenset({"unknown-principal"})
_UNREAD = "unread"
_LEVELS = {"error": EnforcementLevel.MANDATORY}
_SEVERITIES = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW}

RULES: tuple[Rule, ...] = tuple(rule for rule in OF_ANY_PROGRAM if rule.id not in _NEVER_FOUND)
"""The kinds of findings that have a policy."""


def policies() -> list[Policy]:
    """The pack's policies, for one run of the engine."""
    judge = _Judge()
    return [
        ResourceValidationPolicy(
            name=NOTES,
            description="Notes what each resource is asked to be, for the other policies. It reports nothing.",
            validate=judge.note,
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
        *(_policy(judge, rule) for rule in RULES),
    ]


def name_of(rule: Rule) -> str:
    """What the policy of a kind of finding is called."""
    return UNJUDGED if rule.id == _UNREAD else rule.id


class _Judge:
    """What is wrong with the program at hand; remembered until the engine shows another."""

    def __init__(self) -> None:
        self._asked: dict[str, Mapping[str, Any]] = {}
        self._lock = Lock()
        self._shown: pack.Shown | None = None
        self._graph = Graph()
        self._findings: dict[bool, tuple[Finding, ...]] = {}

    def note(self, args: ResourceValidationArgs, _report: ReportViolation) -> None:
        """Remember what a resource is asked to be: a stack's policies see what Azure answered, which says less."""
        self._asked[args.urn] = pack.properties(args.props)

    def judge(self, resources: Iterable[object], *, production: bool) -> tuple[pack.Shown, Graph, tuple[Finding, ...]]:
        """The program, who was given what in it, and all that is wrong.

        Raises:
            UnreadableSource: it cannot be read.
        """
        shown = pack.shown(resources, self._asked)
        with self._lock:
            if shown != self._shown:
                self._shown, self._graph, self._findings = shown, shown.graph(), {}
            if production not in self._findings:
                today = datetime.now(UTC).date()
                self._findings[production] = check(
                    self._graph, today=today, production=production, texts=shown.outputs()
                )
            return self._shown or shown, self._graph, self._findings[production]


def _policy(judge: _Judge, rule: Rule) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        settings = Settings.of(args.get_config())
        try:
            shown, graph, findings = judge.judge(args.resources, production=settings.production)
        except UnreadableSource as error:
            report(f"Nothing could be judged: {error}", None)
            return
        for one in findings:
            urn = shown.urn_of(one.location)
            if one.rule == rule and urn not in settings.exempt and not _is_allowed(one, graph, settings):
                report(f"{one.what}. {rule.fix}", urn or None)

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
    """Whether it is about a role that the settings allow."""
    roles = (each.role for each in graph.assignments if settings.allowed_roles and each.id == one.assignment)
    names = {text.lower() for role in roles if role for text in (role.name, role.id, role.id.rpartition("/")[2])}
    return not names.isdisjoint(settings.allowed_roles)
