"""Entry point of the console command `agent-network`, also for `python -m agent_network`."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console command `agent-network`, and return its exit code."""
    try:
        from cli.main import run  # noqa: PLC0415 (so that Ctrl-C while modules load shows no traceback)

        return run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
