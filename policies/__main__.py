"""What `pulumi preview --policy-pack policies` runs, from whatever folder: the pack, until the engine ends it."""

import sys
from pathlib import Path

if not __package__:  # Pulumi runs the folder of the pack, and the other modules are in the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pulumi_policy import PolicyPack

from policies.pack import NAME, policies
from policies.secrecy import keep_secrets

if __name__ == "__main__":
    keep_secrets()
    PolicyPack(NAME, policies())
