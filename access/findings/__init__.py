"""Findings: checks that report security problems in a graph of principals, resources and role assignments.

Owns the order of the findings. There is one module per subject, each with `check(context)`; the catalogue defines the
kinds of findings. Nothing here decides access: that is `access.evaluate.decisions`.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from access.findings import (
    acting_subjects,
    applications,
    changed_properties,
    credentials,
    exposure,
    identities,
    images,
    ingress,
    manifest_checks,
    models,
    redundant_grants,
    revisions,
    roles,
    signing_keys,
    undeclared_access,
    unevaluated_parts,
    wide_grants,
)
from access.findings.acceptance import apply_exceptions
from access.findings.catalogue import BY_ID, OF_ANY_PROGRAM, RULES, reference
from access.findings.context import CheckContext
from access.findings.finding import SEVERITIES, Finding, Rule, Severity
from access.model.declared import Declared
from access.model.graph import Graph

_CHECKS = (
    identities.check,
    acting_subjects.check,
    roles.check,
    redundant_grants.check,
    wide_grants.check,
    undeclared_access.check,
    signing_keys.check,
    manifest_checks.check,
    models.check,
    changed_properties.check,
    exposure.check,
    ingress.check,
    credentials.check,
    images.check,
    revisions.check,
    applications.check,
    unevaluated_parts.check,
)


def check(  # noqa: PLR0913 - one argument a source
    graph: Graph,
    declared: Declared | None = None,
    *,
    today: date,
    over_budget: Mapping[str, Sequence[str]] | None = None,
    production: bool | None = None,
    texts: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Return every security finding of an access graph, sorted by severity and then by location.

    Args:
        graph: the principals, resources and assignments to check.
        declared: the network's declared document; without it, only rules about the graph alone apply.
        today: the day against which exceptions are checked.
        over_budget: by agent, what exceeds its budget.
        production: whether the rules for production apply; by default, as `declared` states.
        texts: by location, texts outside any resource that must hold no credential: configuration and outputs.
    """
    context = CheckContext(
        graph=graph,
        declared=declared,
        today=today,
        production=production if production is not None else bool(declared and declared.production),
        over_budget=over_budget or {},
        texts=texts or {},
    )
    # A role that counts at two possible scopes is one problem.
    copies = {one.id for one in graph.assignments if one.copy_of}
    every = (finding for run_check in _CHECKS for finding in run_check(context))
    found = dict.fromkeys(finding for finding in every if finding.assignment not in copies)
    return tuple(sorted(apply_exceptions(list(found), declared, today), key=_order))


def _order(finding: Finding) -> tuple[int, str, int, str, str]:
    file, _, line = finding.location.rpartition(":")
    is_line = bool(file) and line.isascii() and line.isdecimal()
    name, number = (file, int(line[:9])) if is_line else (finding.location, 0)
    return SEVERITIES.index(finding.rule.severity), name, number, finding.rule.id, finding.what


__all__ = [
    "BY_ID",
    "OF_ANY_PROGRAM",
    "RULES",
    "SEVERITIES",
    "CheckContext",
    "Finding",
    "Rule",
    "Severity",
    "check",
    "reference",
]
