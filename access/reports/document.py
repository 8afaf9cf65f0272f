"""Builds the report document: the results of all questions in one JSON object, which the renderers read.

Owns the format, which is a public interface. `page`, `text` and `markdown` render it.
"""

import gc
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from access.findings import Finding, check
from access.model.declared import Declared
from access.model.graph import Graph, Principal
from access.questions.blast_radius import every_blast_radius
from access.questions.diff import Difference
from access.questions.matrix import AccessMatrix
from access.questions.proof import Proof, prove
from access.reports.access_rows import access_rows
from access.reports.acting_for_users import user_rows
from access.reports.declared_rules import identity_rows, image_rows, log_rows, rule_rows
from access.reports.grants import grant_rows
from access.reports.network_exposure import exposure_rows
from access.reports.owner_table import owner_rows
from access.reports.provenance import Provenance, provenance_document

_NEW_OBJECTS = 100_000
"""Number of new objects after which the garbage collector runs; Python's own default is 700."""

FORMAT, VERSION = "agent-network-access", 1


@contextmanager
def _rare_garbage_collection() -> Generator[None]:
    """Let the garbage collector run rarely: nearly all of the objects of a report live until it is complete."""
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_rare_garbage_collection()
def document(  # noqa: PLR0913 (one argument for each part of a report)
    graph: Graph,
    declared: Declared,
    *,
    today: date,
    texts: Mapping[str, str] | None = None,
    difference: tuple[str, str, Difference, Sequence[Finding]] | None = None,
    made: Provenance | None = None,
) -> dict[str, Any]:
    """Return the report document of a graph: a JSON object with the results of all questions.

    Time, commit and version of the report come from the caller.
    """
    summary = AccessMatrix(graph)
    blasts = blast_documents(graph, declared)
    findings = check(graph, declared, today=today, over_budget=over_budget(blasts), texts=texts)
    return {
        "format": FORMAT,
        "version": VERSION,
        "network": declared.network,
        "stack": declared.stack,
        "source": graph.source,
        "made": provenance_document(made, graph),
        "agents": [_agent(name, graph, declared) for name in summary.agents],
        "parties": [_party(one, declared) for one in graph.principals if one.party],
        "resources": [_resource(name, summary, declared) for name in summary.resources],
        "access": access_rows(summary, declared),
        "user_access": user_rows(graph, declared),
        "proof": proof_document(prove(graph, declared, today=today)),
        "blast": blasts,
        "findings": [one.document() for one in findings],
        "diff": None if difference is None else diff_document(*difference),
        "unread": [{"where": one.where, "what": one.what} for one in graph.unread],
        "grants": grant_rows(graph),
        "exposure": exposure_rows(graph),
        "images": image_rows(graph, declared),
        "identities": identity_rows(graph, declared),
        "owners": owner_rows(graph, declared),
        "rules": rule_rows(declared, today),
        "logs": log_rows(graph),
    }


def proof_document(proof: Proof) -> dict[str, Any]:
    """Convert a proof to a JSON object."""
    return {
        "declared": proof.declared,
        "allowed": proof.allowed,
        "denied": proof.denied,
        "failures": [
            {"what": one.what, "agent": one.agent, "resource": one.resource, "grows": one.grows}
            for one in proof.failures
        ],
        "waiting": [
            {"agent": one.agent, "resource": one.resource, "verb": one.verb, "why": one.why, "location": one.location}
            for one in proof.waiting
        ],
        "ignored": [{"where": one.where, "what": one.what} for one in proof.ignored],
        "excepted": [
            {"what": one.failure.what, "resource": one.failure.resource, "exception": one.exemption.document()}
            for one in proof.excepted
        ],
    }


def blast_documents(graph: Graph, declared: Declared) -> dict[str, dict[str, Any]]:
    """Convert the blast radius of every agent to JSON objects."""
    budgets = {name: agent.budget for name, agent in declared.agents.items() if agent.budget is not None}
    return {name: blast.document() for name, blast in every_blast_radius(graph, budgets).items()}


def over_budget(blasts: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return each agent's exceeded budget limits, without agents inside their budgets."""
    return {name: blast["over_budget"] for name, blast in blasts.items() if blast["over_budget"]}


def diff_document(before: str, after: str, found: Difference, findings: Iterable[Finding] = ()) -> dict[str, Any]:
    """Convert a difference to a JSON object.

    Args:
        before: name of the earlier source.
        after: name of the later source.
        found: the difference.
        findings: the findings of the later source that the earlier one does not have.
    """
    doubts = dict.fromkeys((*found.new_unread, *found.unread))
    return {
        "from": before,
        "to": after,
        "grows": found.grows,
        "changes": [change.document() for change in found.changes],
        "findings": [one.document() for one in findings],
        "unread": [{"where": one.where, "what": one.what, "new": one in found.new_unread} for one in doubts],
    }


def _agent(name: str, graph: Graph, declared: Declared) -> dict[str, Any]:
    entry = declared.agents.get(name)
    identity = next((one.id for one in graph.principals_of_agent(name) if one.purpose == "own"), "")
    return {
        "name": name,
        "host": entry.host if entry is not None else "",
        "identity": identity,
        "location": declared.location(entry.line) if entry is not None else "",
    } | ({"shares_identity_with": list(others)} if (others := graph.agents_sharing_identity(name)) else {})


def _party(principal: Principal, declared: Declared) -> dict[str, Any]:
    """Convert a host of agents, a group or a user with declared access to a JSON object."""
    entry = declared.parties.get(principal.party)
    return {
        "name": principal.party,
        "kind": entry.kind if entry is not None else "",
        "identity": principal.id,
        "location": declared.location(entry.line) if entry is not None else "",
    }


def _resource(name: str, summary: AccessMatrix, declared: Declared) -> dict[str, Any]:
    found = next((one for one in summary.graph.resources if summary.name_of(one) == name), None)
    line = _line_of_resource(name, declared)
    return {
        "name": name,
        "kind": found.kind if found is not None else "",
        "declared": found is not None and found.declared,
        "location": declared.location(line) if line else "",
    }


def _line_of_resource(name: str, declared: Declared) -> int:
    found = declared.resources.get(name) or declared.agents.get(name)
    if found is not None:
        return found.line
    return declared.registry.line if declared.registry is not None and declared.registry.name == name else 0


def severities(findings: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count the findings by severity, without accepted ones."""
    found = {"error": 0, "warning": 0, "note": 0}
    for one in findings:
        if one["exception"] is None:
            found[one["severity"]] += 1
    return found
