"""The command line of this room: `python -m manifest --stack dev` prints what the network declares, as JSON.

Exit codes: 0, 1 where something is wrong with the files, 2 where the command line is.
"""

import argparse
import json
import sys
from pathlib import Path

from manifest.declared_document import declared
from manifest.errors import SpecError
from manifest.loading import described
from manifest.phrases import unknown
from manifest.stack_file import config_of, stacks


def main(arguments: list[str] | None = None) -> int:
    """Print the declared document; answers the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m manifest", description="Prints what the network declares for a stack, as one JSON document."
    )
    parser.add_argument("--stack", "-s", default="dev", help="the stack, one with a Pulumi.<stack>.yaml (dev)")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the folder of the project (this one)")
    options = parser.parse_args(arguments)
    stack: str = options.stack
    root: Path = options.root
    known = stacks(root)
    if known and stack not in known:  # where there is none at all, loading says what one needs
        print(f"error: {unknown('stack', stack, known, there='the stacks are')}", file=sys.stderr)
        return 2
    try:
        # Which roles may be granted is another room's to say; who deploys or reports judges them.
        network, environment, document = described(
            stack, config_of(root, stack), root=root, role_refusal_reason=lambda _role, _kind: None
        )
    except SpecError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(declared(network, environment, document), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
