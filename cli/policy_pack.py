"""Writes the folder of the Pulumi policy pack, with the Python environment that the pack runs in.

Pulumi runs a pack as a program in a folder, whose `PulumiPolicy.yaml` names a virtual environment. A checkout has that
folder (`policies/`). For an installed package it is written, into the user's cache folder, for the environment that
this command runs in.
"""

import hashlib
import json
import sys
from pathlib import Path

import platformdirs

from agent_network import __version__
from cli.output import write_file
from policies import start

__all__ = ["pack_folder"]

_PACK = Path(start.__file__).parent
_APPLICATION = "agent-network"
_PROGRAM = '''"""The policy pack, written by `agent-network policy-pack`."""

from {module} import start

start()
'''


def pack_folder() -> Path:
    """Return the folder of the policy pack; for an installed package the folder is written first.

    Raises:
        CommandError: it cannot be written.
    """
    if "." not in start.__name__.removesuffix(".start"):
        return _PACK
    key = hashlib.sha256(f"{sys.prefix}\n{__version__}".encode()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir(_APPLICATION, appauthor=False)) / "policy-pack" / key
    for name, text in pack_files(start.__name__, sys.prefix).items():
        write_file(folder / name, text)
    return folder


def pack_files(module: str, environment: str) -> dict[str, str]:
    """Return names and texts of the files of a policy pack that calls `start` of a module."""
    described = (_PACK / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    head, _, _ = described.partition("runtime:")
    options = {"name": "python", "options": {"toolchain": "pip", "virtualenv": environment}}
    return {
        "PulumiPolicy.yaml": f"{head}runtime: {json.dumps(options)}\n",
        "__main__.py": _PROGRAM.format(module=module),
    }
