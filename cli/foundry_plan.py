"""Formats the plan of `agent-network release foundry reconcile` as text lines and as JSON."""

from typing import Any

from access.azure.scopes import shown
from access.reports.terminal import Style
from release.foundry.reconciling import Move, Plan
from release.foundry.stack import Stack
from release.foundry.state import Grant

__all__ = ["plan_document", "plan_lines", "step_line", "summary"]

_WORDS = {"grant": "granting", "prune": "taking away", "remember": "remembering"}


def plan_lines(planned: Plan, style: Style) -> list[str]:
    """Return the changes and the obstacles of a plan as lines."""
    lines: list[str] = []
    for move in planned.moves:
        lines.append(style.paint(_sentence(move), "bold"))
        rows = [("+ grant", one) for one in move.grants] + [("- prune", one) for one in move.prunes]
        cells = [(verb, one.role, shown(one.scope), one.principal) for verb, one in rows]
        wide = [max((len(row[at]) for row in cells), default=0) for at in range(3)]
        for verb, role, scope, who in cells:
            words = f"{verb:<{wide[0]}}  {role:<{wide[1]}}  at {scope:<{wide[2]}}  of {who}"
            lines.append(f"  {style.paint(words, 'green' if verb.startswith('+') else 'red')}")
        if move.names:
            lines.append("  ~ remember it in the stack")
    lines += [f"{style.paint('?', 'yellow')} {one.holder}: {one.what}" for one in planned.believed]
    lines += [f"{style.paint('✗', 'red')} {one.holder}: {one.what}" for one in planned.obstacles]
    return lines


def _sentence(move: Move) -> str:
    agents = " and ".join(move.holder.agents) or move.holder.name
    verb = "runs as" if len(move.holder.agents) == 1 else "run as"
    if move.principal.lower() == move.holder.principal.lower() and not move.prunes:
        return f"{agents} {verb} {move.principal}, and not every grant is there"
    before = {one.principal for one in move.holder.grants} - {move.principal} or {move.holder.principal}
    return f"{agents} {verb} {move.principal}, and the grants are those of {' and '.join(sorted(before))}"


def step_line(verb: str, move: Move, grant: Grant | None, style: Style) -> str:
    """Return one applied step of a plan as a line."""
    what = f"{grant.title} ({grant.principal})" if grant else f"who {move.holder.name} is"
    return f"{style.paint(f'{_WORDS[verb]}:', 'cyan')} {what}"


def summary(planned: Plan, stack: Stack, style: Style, *, applied: bool) -> str:
    """Return the last line, with the number of changes."""
    grants = sum(len(one.grants) for one in planned.moves)
    prunes = sum(len(one.prunes) for one in planned.moves)
    count = f"{grants} to grant, {prunes} to take away"
    left = f", {len(planned.obstacles)} left as they are" if planned.obstacles else ""
    if not planned.moves:
        agents = sum(len(one.agents) for one in planned.holders)
        return f"{agents} agents of Foundry{left or ' hold what they are given, as who they are: nothing to do'}"
    if not applied:
        return f"{style.paint('plan', 'yellow')}: {count}{left}; nothing was changed, --apply does it"
    return f"{style.paint('done', 'green')}: {grants} granted, {prunes} taken away{left}; written to {stack.where}"


def plan_document(planned: Plan, *, applied: bool) -> dict[str, Any]:
    """Return a plan as a JSON document."""
    return {
        "applied": applied,
        "agents": [
            {"name": one.name, "agents": list(one.agents), "remembered": one.principal} for one in planned.holders
        ],
        "moves": [
            {
                "name": one.holder.name,
                "principal": one.principal,
                "grant": [_entry(grant) for grant in one.grants],
                "prune": [_entry(grant) for grant in one.prunes],
            }
            for one in planned.moves
        ],
        "believed": [{"name": one.holder, "what": one.what} for one in planned.believed],
        "obstacles": [{"name": one.holder, "what": one.what} for one in planned.obstacles],
    }


def _entry(grant: Grant) -> dict[str, str]:
    return {
        "title": grant.title,
        "role": grant.role,
        "scope": grant.scope,
        "principal": grant.principal,
        "assignment": grant.id,
    }
