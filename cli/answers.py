"""Computes the result of each `agent-network access` command as text, Markdown and JSON.

Owns how an exit code follows from a result; nothing is judged here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from access.findings import OF_ANY_PROGRAM, Finding, check
from access.findings.additions import added_findings
from access.model.declared import Declared
from access.model.errors import NotAnAgentError, UnknownName
from access.model.graph import Graph
from access.model.results import Decision
from access.questions.diff import Difference, difference
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.questions.why import ExplainedDecision, reasons_text, why
from access.reports import markdown, text
from access.reports.acting_for_users import user_rows
from access.reports.audit_table import audit_rows, datatable
from access.reports.document import (
    access_rows,
    blast_documents,
    diff_document,
    document,
    over_budget,
    proof_document,
    severities,
)
from access.reports.owner_table import owner_rows
from access.reports.provenance import Provenance
from access.reports.terminal import Style
from access.reports.verdict import verdict
from cli.exit_codes import ExitCode


@dataclass(frozen=True)
class Result:
    """Result of an access command in every output format, with its exit code."""

    document: Any
    as_text: Callable[[Style], str]
    as_markdown: Callable[[], str]
    code: ExitCode = ExitCode.OK
    findings: Sequence[Finding] = ()
    """The findings in the answer, for SARIF."""
    as_kql: Callable[[], str] = str
    """The answer as the beginning of a query in Log Analytics; empty for other commands than `grants`."""


def run_matrix(graph: Graph, declared: Declared, *, operations: bool) -> Result:
    """Compute the access matrix of a graph, with verbs or with exact operations."""
    summary = AccessMatrix(graph)
    rows, agents, names = access_rows(summary, declared), summary.agents, summary.resources
    agents_sharing_identity = sorted(
        {tuple(sorted((one, *others))) for one in agents if (others := graph.agents_sharing_identity(one))}
    )
    if operations:
        return Result(rows, lambda style: text.operations(rows, style), lambda: markdown.operations(rows))
    users = user_rows(graph, declared)
    return Result(
        [*rows, *users],
        lambda style: text.matrix(rows, agents, names, agents_sharing_identity, style, users),
        lambda: markdown.matrix(rows, agents, names, agents_sharing_identity, users),
    )


def run_identities(graph: Graph, declared: Declared) -> Result:
    """Compute every identity of a network with its owners."""
    rows = owner_rows(graph, declared)
    return Result(rows, lambda style: text.owners(rows, style), lambda: markdown.owners(rows))


def run_why(graph: Graph, declared: Declared, agent: str, resource: str, operation: str) -> Result:
    """Compute the reasons why an agent may or may not perform an operation, and the exit code."""
    reasons = why(graph, declared, agent, resource, operation)
    rows = [
        {
            "agent": one.agent,
            "identity": one.identity,
            "resource": one.resource,
            "operation": one.operation,
            "decision": one.answer.decision.value,
            "because": one.answer.because,
            "by": [
                {
                    "assignment": each.name,
                    "role": each.role_name,
                    "scope": each.scope,
                    "condition": each.condition,
                }
                for each in one.answer.by
            ],
            "locations": list(one.locations),
            **({"agents_sharing_identity": list(one.agents_sharing_identity)} if one.agents_sharing_identity else {}),
        }
        for one in reasons
    ]
    answer = reasons_text(reasons)
    return Result(
        rows, lambda style: _within_the_width(answer, style), lambda: f"```text\n{answer}\n```", why_code(reasons)
    )


def _within_the_width(answer: str, style: Style) -> str:
    """Return reasons with each one wrapped; the line of an operation stays whole, to copy it and to search for it."""
    lines = answer.splitlines()
    return "\n".join(style.paragraph(each.strip(), indent=2) if each.startswith("  ") else each for each in lines)


def run_grants(graph: Graph, declared: Declared, today: date) -> Result:
    """List the role assignments of a graph with their ids in Azure's logs and their lines in network.yaml."""
    rows = audit_rows(graph, declared, today)
    return Result(
        rows,
        lambda style: text.grants(rows, style),
        lambda: markdown.grants(rows),
        as_kql=lambda: datatable(rows),
    )


def why_code(reasons: Sequence[ExplainedDecision]) -> ExitCode:
    """Return the exit code of `why` over several operations: the worst of their decisions."""
    decisions = {one.answer.decision for one in reasons}
    if not decisions or Decision.DENIED in decisions:
        return ExitCode.NO
    return ExitCode.GROWTH if Decision.CONDITIONAL in decisions else ExitCode.OK


@dataclass(frozen=True)
class Earlier:
    """Earlier source that a diff compares with."""

    graph: Graph
    names: tuple[str, str]
    """Names of the earlier and the later source in reports."""
    texts: tuple[Mapping[str, str], Mapping[str, str]] | None = None
    """Texts of the earlier and the later source that must hold no credential, by location."""

    def compared_with(
        self, after: Graph, today: date, declared: Declared | None
    ) -> tuple[Difference, tuple[Finding, ...]]:
        """Return how a later graph differs, and its new findings, those that network.yaml accepts marked."""
        added = added_findings(self.graph, after, today=today, declared=declared, texts=self.texts)
        return difference(self.graph, after), added


def run_diff(before: Earlier, after: Graph, today: date, declared: Declared | None = None) -> Result:
    """Compute the access that changes from one graph to another, and the exit code.

    Growth, new errors among the findings, and new doubts each need an approval; an error that an exception in
    network.yaml accepts needs none.
    """
    changed, added = before.compared_with(after, today, declared)
    found = diff_document(*before.names, changed, added)
    errors = [one for one in added if one.rule.severity == "error" and one.exception is None]
    is_worse = changed.grows or bool(changed.new_unread) or bool(errors)
    code = ExitCode.GROWTH if is_worse else ExitCode.OK
    return Result(found, lambda style: text.diff(found, style), lambda: markdown.diff(found), code, added)


def run_proof(graph: Graph, declared: Declared, today: date) -> Result:
    """Compute the proof that a graph grants exactly the declared access, and the exit code."""
    found = proof_document(prove(graph, declared, today=today))
    code = ExitCode.NO if found["failures"] else ExitCode.OK
    return Result(found, lambda style: text.proof(found, style), lambda: markdown.proof(found), code)


def run_blast_radius(graph: Graph, declared: Declared, agent: str | None) -> Result:
    """Compute the blast radius of one agent, or of every agent, and the exit code."""
    every = blast_documents(graph, declared)
    if agent is not None and agent not in every and agent in declared.parties:
        raise NotAnAgentError(agent, declared.parties[agent].kind)
    if agent is not None and agent not in every:
        raise UnknownName("agent", agent, every)
    found = every if agent is None else {agent: every[agent]}
    return Result(
        found,
        lambda style: "\n\n".join(text.blast(name, each, style) for name, each in found.items()),
        lambda: "\n\n".join(markdown.blast(name, each) for name, each in found.items()),
        ExitCode.NO if any(each["over_budget"] for each in found.values()) else ExitCode.OK,
    )


def run_check(graph: Graph, declared: Declared, today: date, texts: Mapping[str, str]) -> Result:
    """Compute the findings about a graph, and the exit code."""
    over = over_budget(blast_documents(graph, declared))
    found = check(graph, declared, today=today, over_budget=over, texts=texts)
    rows = [one.document() for one in found]
    code = ExitCode.NO if severities(rows)["error"] else ExitCode.OK
    return Result(rows, lambda style: text.findings(rows, style), lambda: markdown.findings(rows), code, found)


def run_check_of_program(graph: Graph, today: date, texts: Mapping[str, str]) -> Result:
    """Compute the findings about any Azure program, which need no network.yaml, and the exit code."""
    found = tuple(one for one in check(graph, today=today, texts=texts) if one.rule in OF_ANY_PROGRAM)
    rows = [one.document() for one in found]
    code = ExitCode.NO if severities(rows)["error"] else ExitCode.OK
    return Result(rows, lambda style: text.findings(rows, style), lambda: markdown.findings(rows), code, found)


def run_report(  # noqa: PLR0913, PLR0917 (one argument for each part of a report)
    graph: Graph,
    declared: Declared,
    today: date,
    texts: Mapping[str, str],
    before: Earlier | None = None,
    made: Provenance | None = None,
) -> dict[str, Any]:
    """Compute the document of the HTML report on a graph's access, with the changes from another graph if given."""
    changed = None
    if before is not None:
        changed = (*before.names, *before.compared_with(graph, today, declared))
    return document(graph, declared, today=today, texts=texts, difference=changed, made=made)


def run_review(report: Mapping[str, Any], page: str, findings: Sequence[Finding]) -> Result:
    """Compute the result of `access review`: the proof's counts, the findings and the path of the report."""

    def as_text(style: Style) -> str:
        parts = [text.proof(report["proof"], style), text.findings(report["findings"], style)]
        parts += list(text.unread(report["unread"], style))
        return "\n".join([*parts, f"report: {page}"])

    def as_markdown() -> str:
        return f"{markdown.proof(report['proof'])}\n\n{markdown.findings(report['findings'])}"

    code = ExitCode.NO if verdict(report).level == "bad" else ExitCode.OK
    return Result(dict(report), as_text, as_markdown, code, findings)
