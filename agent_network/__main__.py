"""Entry point of the console command `agent-network`, also for `python -m agent_network`."""

import gc
import sys
from collections.abc import Sequence

_NEW_OBJECTS = 100_000
"""Number of new objects after which the garbage collector runs; Python's own default is 700."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console command `agent-network`, and return its exit code."""
    # Nearly all objects of a command live until it ends: at its default the collector takes a fifth of the time.
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from cli.main import run  # noqa: PLC0415 (so that Ctrl-C while modules load shows no traceback)

        return run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
