"""An instrumented copy notes which functions are called, and behaves as before."""

import subprocess
import sys
from pathlib import Path

from tests.mutants import tracing

SOURCE = '''"""Module."""
from __future__ import annotations


class C:
    """Class."""

    def one(self):
        """Documented."""
        return [self.two(each) for each in (1, 2)]

    def two(self, x):
        def inner():
            return x

        return inner()


def three():
    yield "first"


def never():
    return None
'''


def test_instrumented_code_records_the_outermost_functions_called_and_behaves_as_before(tmp_path: Path) -> None:
    path = tmp_path / "access" / "evaluate" / "a.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    tracing.instrument(tmp_path)
    module: dict[str, object] = {}
    tracing.start()
    exec(compile(path.read_text("utf-8"), str(path), "exec"), module)  # noqa: S102 - our own source
    assert tracing.called() == []
    use = "assert C().one() == [1, 2]\nassert list(three()) == ['first']\nassert C.one.__doc__ == 'Documented.'"
    exec(use, module)  # noqa: S102 - likewise

    assert tracing.called() == [f"access/evaluate/a.py::{name}" for name in ("C.one", "C.two", "three")]
    # In a process that knows nothing of the notes, the code works as well.
    subprocess.run([sys.executable, "-c", f"{path.read_text('utf-8')}\n{use}"], check=True)  # noqa: S603
