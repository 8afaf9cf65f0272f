"""The results of a run: kept as they arrive, so that an interrupted run goes on, and printed as one table."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutants.candidates import FOLDERS, Candidate
from tests.mutants.forks import KILLED, SURVIVED, TIMED_OUT
from tests.mutants.operators import CLASSES

__all__ = ["Result", "Results", "share_killed", "table"]

_STATES = (KILLED, SURVIVED, TIMED_OUT)


@dataclass(frozen=True)
class Result:
    """The result of one mutant."""

    name: str
    state: str
    by: str
    """The first test that failed."""
    inputs: str
    """The fingerprint of the files that decided."""


class Results:
    """The results so far, one line of JSON each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        self._found = {one.name: one for one in (Result(**json.loads(line)) for line in lines)}

    def get(self, name: str) -> Result | None:
        """The last result of a mutant."""
        return self._found.get(name)

    def add(self, one: Result) -> None:
        """Keep a result, on the disk as well."""
        self._found[one.name] = one
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(one)) + "\n")


def share_killed(results: Iterable[Result]) -> float:
    """Killed mutants among all; what ran out of time counts as a survivor."""
    states = [one.state for one in results]
    return states.count(KILLED) / len(states)


def table(drawn: Sequence[tuple[Candidate, Result]]) -> str:
    """Killed, survived and timed out by folder and class."""
    groups = [
        *((folder, kind) for folder in FOLDERS for kind in CLASSES),
        *((folder, "") for folder in FOLDERS),
        ("", ""),
    ]
    rows: list[tuple[str, ...]] = [("folder", "class", "mutants", *_STATES, "killed %")]
    for folder, kind in groups:
        states = [result.state for one, result in drawn if folder in {"", one.folder} and kind in {"", one.kind}]
        if states:
            counts = [states.count(state) for state in _STATES]
            share = f"{100 * counts[0] / len(states):.1f}"
            rows.append((folder or "all", kind or "all", str(len(states)), *map(str, counts), share))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
