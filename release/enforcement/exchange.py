"""Files through which a release and its policy pack exchange what they know while the engine runs.

Owns their form: JSON objects, one a line, appended by one side and read by the other. The release writes what Azure has
returned for each resource. The pack writes which resources it has compared, so that the release notices a pack that the
engine does not call.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, cast

from access.model.returned_values import NOTHING, ReturnedValues

__all__ = ["LineFile", "ReturnedFile"]


class LineFile:
    """File with one JSON object a line, which a writer appends to and a reader reads on from where it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = 0
        self._lock = Lock()

    def append(self, row: Mapping[str, Any]) -> None:
        """Write one JSON object as a whole line."""
        line = (json.dumps(row, separators=(",", ":")) + "\n").encode()
        with self._lock, self.path.open("ab", buffering=0) as file:
            file.write(line)

    def new_rows(self) -> list[Mapping[str, Any]]:
        """Return the JSON objects of the lines that were completed since the last call."""
        with self._lock:
            try:
                with self.path.open("rb") as file:
                    file.seek(self._position)
                    found = file.read()
            except FileNotFoundError:
                return []
            whole = found[: found.rfind(b"\n") + 1]
            self._position += len(whole)
        return [cast("Mapping[str, Any]", json.loads(line)) for line in whole.splitlines()]


class ReturnedFile:
    """File with the strings that Azure has returned for each resource, as the release has written them so far."""

    def __init__(self, path: Path) -> None:
        self._file = LineFile(path)
        self._known: dict[str, ReturnedValues] = {}

    def of(self, urn: str) -> ReturnedValues:
        """Return the strings for a resource; the last line about a resource counts."""
        for row in self._file.new_rows():
            self._known[str(row["urn"])] = ReturnedValues.of(row)
        return self._known.get(urn, NOTHING)
