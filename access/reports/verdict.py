"""Sums up proof and findings in one line: "Proof holds · 0 errors · 1 note"."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Verdict", "verdict"]

_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Verdict:
    """Result of proof and findings in one line, with a level for its colour."""

    level: Literal["good", "doubtful", "bad"]
    """`bad` if the proof fails or a finding is an error, `doubtful` for warnings and for parts not evaluated."""
    sentence: str


def verdict(report: Mapping[str, Any]) -> Verdict:
    """Return the verdict of a report document: proof, findings by severity, and parts that could not be evaluated.

    A program without a network.yaml has no proof: then `proof` is None.
    """
    proof = report["proof"]
    failures, unread = len(proof["failures"]) if proof else 0, len(report["unread"])
    found = Counter(one["severity"] for one in report["findings"] if one["exception"] is None)
    accepted = len(report["findings"]) - found.total()
    holds = f"Proof fails in {_count(failures, 'case')}" if failures else "Proof holds"
    parts = [*([holds] if proof else []), _count(found["error"], "error")]
    parts += [_count(found[name], name) for name in _SEVERITIES[1:] if found[name]]
    parts += [f"{accepted} accepted"] if accepted else []
    parts += [f"{unread} not evaluated"] if unread else []
    bad, doubtful = failures or found["error"], unread or found["warning"]
    return Verdict("bad" if bad else "doubtful" if doubtful else "good", " · ".join(parts))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"
