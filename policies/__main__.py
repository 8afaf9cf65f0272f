"""Entry point of the policy pack, for `pulumi preview --policy-pack policies` from any folder."""

import sys
from pathlib import Path

if not __package__:  # Pulumi runs the pack's folder; the modules are in the parent folder
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policies.start import start

if __name__ == "__main__":
    start()
