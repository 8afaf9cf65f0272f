"""Formats the plan of `agent-network release foundry reconcile` as text lines and as JSON."""

from collections.abc import Sequence
from typing import Any

from access.azure.scopes import shown
from access.reports.terminal import Style
from release.foundry.reconciling import Move, Plan, Remark, Step
from release.foundry.stack import Stack
from release.foundry.state import Grant
from release.foundry.versions import VersionPin

__all__ = [
    "pin_document",
    "pin_line",
    "pin_lines",
    "pin_summary",
    "plan_document",
    "plan_lines",
    "step_line",
    "summary",
]

_STEPS: dict[Step, str] = {
    "grant": "creating role assignment",
    "prune": "deleting role assignment",
    "update-state": "updating the stack's state",
}


def plan_lines(planned: Plan, style: Style) -> list[str]:
    """Return a reconcile plan as text: role assignments to create and delete, then remarks about identities."""
    lines: list[str] = []
    for move in planned.moves:
        lines.append(style.paint(_sentence(move), "bold"))
        rows = [("+ create", one) for one in move.grants] + [("- delete", one) for one in move.prunes]
        cells = [(verb, one.role, shown(one.scope), one.principal) for verb, one in rows]
        wide = [max((len(row[at]) for row in cells), default=0) for at in range(3)]
        for verb, role, scope, principal in cells:
            words = f"{verb:<{wide[0]}}  {role:<{wide[1]}}  at {scope:<{wide[2]}}  of {principal}"
            lines.append(f"  {style.paint(words, 'green' if verb.startswith('+') else 'red')}")
        if move.replaced_guids:
            lines.append("  ~ update the ids in the stack's state")
    lines += [f"{style.paint('?', 'yellow')} {one.identity}: {one.message}" for one in planned.unconfirmed]
    lines += [f"{style.paint('✗', 'red')} {one.identity}: {one.message}" for one in planned.obstacles]
    return lines


def _sentence(move: Move) -> str:
    agents = " and ".join(move.identity.agents) or move.identity.name
    verb = "runs as" if len(move.identity.agents) == 1 else "run as"
    if move.principal.lower() == move.identity.principal.lower() and not move.prunes:
        return f"{agents} {verb} {move.principal}, and role assignments are missing in Azure"
    before = {one.principal for one in move.identity.grants} - {move.principal} or {move.identity.principal}
    return f"{agents} {verb} {move.principal}, but the role assignments are those of {' and '.join(sorted(before))}"


def step_line(step: Step, move: Move, grant: Grant | None, style: Style) -> str:
    """Return one applied step of a reconcile plan as a line of text."""
    subject = f"{grant.title} ({grant.principal})" if grant else f"principal id of {move.identity.name}"
    return f"{style.paint(f'{_STEPS[step]}:', 'cyan')} {subject}"


def summary(planned: Plan, stack: Stack, style: Style, *, applied: bool) -> str:
    """Return the last line of a reconcile run: numbers of role assignments to create and delete, and the next step."""
    grants = sum(len(one.grants) for one in planned.moves)
    prunes = sum(len(one.prunes) for one in planned.moves)
    obstacles = len(planned.obstacles)
    left = f"; {obstacles} {'identity' if obstacles == 1 else 'identities'} cannot be changed" if obstacles else ""
    if not planned.moves:
        agents = sum(len(one.agents) for one in planned.identities)
        return f"{agents} Foundry agents{left or ' have the role assignments of this stack: nothing to do'}"
    if not applied:
        count = f"{_count(grants)} to create, {prunes} to delete"
        return f"{style.paint('plan', 'yellow')}: {count}{left}; nothing was changed, run again with --apply"
    count = f"{_count(grants)} created, {prunes} deleted"
    return f"{style.paint('done', 'green')}: {count}{left}; state written to {stack.location}"


def _count(assignments: int) -> str:
    return f"{assignments} role assignment{'' if assignments == 1 else 's'}"


def plan_document(planned: Plan, *, applied: bool) -> dict[str, Any]:
    """Return a reconcile plan as a JSON document."""
    return {
        "applied": applied,
        "agents": [
            {"name": one.name, "agents": list(one.agents), "principal_in_stack": one.principal}
            for one in planned.identities
        ],
        "moves": [
            {
                "name": one.identity.name,
                "principal": one.principal,
                "grant": [_entry(grant) for grant in one.grants],
                "prune": [_entry(grant) for grant in one.prunes],
            }
            for one in planned.moves
        ],
        "unconfirmed": [_remark(one) for one in planned.unconfirmed],
        "obstacles": [_remark(one) for one in planned.obstacles],
    }


def _remark(remark: Remark) -> dict[str, str]:
    return {"name": remark.identity, "message": remark.message}


def _entry(grant: Grant) -> dict[str, str]:
    return {
        "title": grant.title,
        "role": grant.role,
        "scope": grant.scope,
        "principal": grant.principal,
        "assignment": grant.id,
    }


def pin_lines(pins: Sequence[VersionPin]) -> list[str]:
    """Return the versions to pin as text, two lines for each agent."""
    return [line for one in pins for line in (_served_sentence(one), f"  ~ pin version {one.declared.version}")]


def _served_sentence(pin: VersionPin) -> str:
    served = " and ".join(pin.served) or "an unknown version"
    return f"{pin.declared.name} serves {served}, and the stack has version {pin.declared.version}"


def pin_line(pin: VersionPin, style: Style) -> str:
    """Return one applied pin of a version as a line of text."""
    return f"{style.paint('pinning version:', 'cyan')} {pin.declared.version} of {pin.declared.name}"


def pin_summary(pins: Sequence[VersionPin], style: Style, *, applied: bool) -> list[str]:
    """Return the last line about versions of a reconcile run; none if there is nothing to pin."""
    if not pins:
        return []
    count = f"{len(pins)} version{'' if len(pins) == 1 else 's'}"
    done = f"{style.paint('done', 'green')}: {count} pinned"
    return [done if applied else f"{style.paint('plan', 'yellow')}: {count} to pin; run again with --apply"]


def pin_document(pins: Sequence[VersionPin]) -> dict[str, Any]:
    """Return the versions to pin as a part of the JSON document of a reconcile plan."""
    rows = [{"name": one.declared.name, "version": one.declared.version, "served": list(one.served)} for one in pins]
    return {"pins": rows} if rows else {}
