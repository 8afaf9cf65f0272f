"""Entry point of the policy pack that `agent-network release apply` gives to the Pulumi engine."""

import sys
from pathlib import Path

if not __package__:  # Pulumi runs the pack's folder; the modules are two folders above
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from release.enforcement.pack import start

if __name__ == "__main__":
    start()
