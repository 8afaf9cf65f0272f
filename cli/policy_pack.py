"""Writes the folders of Pulumi policy packs, with the Python environment that the packs run in.

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
from release.enforcement import pack as enforcement

__all__ = ["enforcement_folder", "pack_folder"]

_PACK = Path(start.__file__).parent
_ENFORCEMENT = Path(enforcement.__file__).parent
_APPLICATION = "agent-network"
_INSTALLED = "agent_network"
"""The package that contains all others when it is installed; in a checkout they are next to it."""
_PROGRAM = '''"""The policy pack, written by `agent-network policy-pack`."""

from {module} import start

start()
'''


def pack_folder() -> Path:
    """Return the folder of the policy pack; for an installed package the folder is written first.

    Raises:
        CommandError: it cannot be written.
    """
    return _folder(_PACK, start.__name__, "policy-pack")


def enforcement_folder() -> Path:
    """Return the folder of the policy pack of a release, which stops what is not approved; written likewise.

    Raises:
        CommandError: it cannot be written.
    """
    return _folder(_ENFORCEMENT, enforcement.__name__, "release-policy-pack")


def _folder(source: Path, module: str, name: str) -> Path:
    if not module.startswith(f"{_INSTALLED}."):
        return source
    key = hashlib.sha256(f"{sys.prefix}\n{__version__}".encode()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir(_APPLICATION, appauthor=False)) / name / key
    for file, text in pack_files(module, sys.prefix, source).items():
        write_file(folder / file, text)
    return folder


def pack_files(module: str, environment: str, source: Path = _PACK) -> dict[str, str]:
    """Return names and texts of the files of a policy pack that calls `start` of a module."""
    described = (source / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    head, _, _ = described.partition("runtime:")
    options = {"name": "python", "options": {"toolchain": "pip", "virtualenv": environment}}
    return {
        "PulumiPolicy.yaml": f"{head}runtime: {json.dumps(options)}\n",
        "__main__.py": _PROGRAM.format(module=module),
    }
