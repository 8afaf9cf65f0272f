"""The questions of the command line: each is worked out once, and told as text, Markdown or JSON.

Owns what is asked of which sources and how an exit code follows from an answer; nothing is judged here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from access.findings import Finding, check
from access.model.declared import Declared
from access.model.errors import NoAgentError, UnknownName
from access.model.graph import Graph
from access.questions.diff import difference
from access.questions.matrix import Summary
from access.questions.proof import prove
from access.questions.why import told, why
from access.reports import markdown, text
from access.reports.document import (
    access_rows,
    blast_documents,
    diff_document,
    document,
    over_budget,
    proof_document,
    severities,
)
from access.reports.terminal import Style

GROWN = 3
"""The exit code where access grows: a pipeline asks for an approval then, and only then."""

Part = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """An answer in every form."""

    document: Any
    as_text: Callable[[Style], str]
    as_markdown: Callable[[], str]
    code: int = 0
    findings: Sequence[Finding] = ()
    """Those of `check`, for SARIF."""


def asked_matrix(graph: Graph, declared: Declared, *, operations: bool) -> Told:
    """Who may do what."""
    summary = Summary(graph)
    rows, agents, names = access_rows(summary, declared), summary.agents, summary.resources
    as_one = sorted({tuple(sorted((one, *others))) for one in agents if (others := graph.one_with(one))})
    if operations:
        return Told(rows, lambda style: text.operations(rows, style), lambda: markdown.operations(rows))
    return Told(
        rows,
        lambda style: text.matrix(rows, agents, names, as_one, style),
        lambda: markdown.matrix(rows, agents, names, as_one),
    )


def asked_why(graph: Graph, declared: Declared, agent: str, resource: str, operation: str) -> Told:
    """Why an agent may or may not."""
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
                    "role": each.role.name if each.role is not None else each.role_id,
                    "scope": each.scope,
                    "condition": each.condition,
                }
                for each in one.answer.by
            ],
            "places": list(one.places),
            **({"as_one": list(one.as_one)} if one.as_one else {}),
        }
        for one in reasons
    ]
    said = told(reasons)
    return Told(rows, lambda _style: said, lambda: f"```text\n{said}\n```")


def asked_diff(before: Graph, after: Graph, names: tuple[str, str]) -> Told:
    """What a change adds to anybody's access."""
    found = diff_document(*names, difference(before, after))
    code = GROWN if found["grows"] else 0
    return Told(found, lambda style: text.diff(found, style), lambda: markdown.diff(found), code)


def asked_proof(graph: Graph, declared: Declared) -> Told:
    """Whether exactly the declared access is there."""
    found = proof_document(prove(graph, declared))
    code = 1 if found["failures"] else 0
    return Told(found, lambda style: text.proof(found, style), lambda: markdown.proof(found), code)


def asked_blast(graph: Graph, declared: Declared, agent: str | None) -> Told:
    """What an attacker holds who runs code as an agent; as each agent, without one."""
    every = blast_documents(graph, declared)
    if agent is not None and agent not in every and agent in declared.parties:
        raise NoAgentError(agent, declared.parties[agent].kind)
    if agent is not None and agent not in every:
        raise UnknownName("agent", agent, every)
    found = every if agent is None else {agent: every[agent]}
    return Told(
        found,
        lambda style: "\n\n".join(text.blast(name, each, style) for name, each in found.items()),
        lambda: "\n\n".join(markdown.blast(name, each) for name, each in found.items()),
        1 if any(each["over_budget"] for each in found.values()) else 0,
    )


def asked_check(graph: Graph, declared: Declared, today: date, texts: Mapping[str, str]) -> Told:
    """What should be mended; `texts` as `access.findings.check` takes them."""
    over = over_budget(blast_documents(graph, declared))
    found = check(graph, declared, today=today, over_budget=over, texts=texts)
    rows = [one.document() for one in found]
    code = 1 if severities(rows)["error"] else 0
    return Told(rows, lambda style: text.findings(rows, style), lambda: markdown.findings(rows), code, found)


def asked_report(
    graph: Graph,
    declared: Declared,
    today: date,
    texts: Mapping[str, str],
    before: tuple[Graph, tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """All of it, for the page."""
    changed = None if before is None else (*before[1], difference(before[0], graph))
    return document(graph, declared, today=today, texts=texts, difference=changed)


def reviewed(report: Mapping[str, Any], page: str) -> Told:
    """The end of a preview: the proof's counts, the findings, and where the page is."""

    def as_text(style: Style) -> str:
        parts = [text.proof(report["proof"], style), text.findings(report["findings"], style)]
        parts += list(text.unread(report["unread"], style))
        return "\n".join([*parts, f"report: {page}"])

    def as_markdown() -> str:
        return f"{markdown.proof(report['proof'])}\n\n{markdown.findings(report['findings'])}"

    failed = bool(report["proof"]["failures"]) or severities(report["findings"])["error"] > 0
    return Told(dict(report), as_text, as_markdown, 1 if failed else 0)
