"""The program that `pulumi preview --policy-pack policies` runs, from any folder."""

import sys
from pathlib import Path

if not __package__:  # Pulumi runs the folder of the pack; the modules are in the folder above it
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policies.start import start

if __name__ == "__main__":
    start()
