"""Finds the source (index, repository or folder) that this package was installed from."""

import json
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from agent_network import __version__

__all__ = ["requirement"]

_NAME = "agent-network"


def requirement() -> str:
    """Return the requirements.txt line that installs this package from the same source.

    The installer records the origin, without credentials, in `direct_url.json`; for a package from an index it records
    none ("Recording the Direct URL Origin of installed distributions", Python Packaging User Guide, 2025).
    """
    try:
        text = distribution(_NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        text = None
    return _from_origin(json.loads(text)) if text else f"{_NAME}=={__version__}"


def _from_origin(origin: dict[str, Any]) -> str:
    url: str = origin["url"]
    if control := origin.get("vcs_info"):
        return f"{_NAME} @ {control['vcs']}+{url}@{control['commit_id']}"
    if origin.get("dir_info", {}).get("editable"):
        return f"--editable {url}"
    return f"{_NAME} @ {url}"
