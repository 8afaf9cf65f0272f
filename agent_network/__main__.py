"""The console command `agent-network`, also as `python -m agent_network`."""

import sys
from collections.abc import Sequence

from agent_network import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if list(words) != ["--version"]:
        print("usage: agent-network --version", file=sys.stderr)
        return 2
    print(f"agent-network {__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
