"""Expected access of Fabrikam's network, and helpers that run and change its project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

# The table in network.yaml's description, agent by agent.
ACCESS = {
    ("ingestion", "write", "code-uploads"),
    ("analysis", "read", "code-uploads"),
    ("analysis", "use", "models"),
    ("analysis", "write", "findings"),
    ("report", "write", "reports"),
    ("report", "read", "findings"),
    ("report", "send", "review-done"),
    ("security-scanner", "use", "models"),
    ("market-analysis", "use", "models"),
    ("compliance", "read", "documents"),
    ("notifier", "receive", "review-done"),
    ("notifier", "read", "webhook-signing-key"),
}
AGENTS = {agent for agent, _, _ in ACCESS}

Run = Callable[..., dict[str, Any]]


def changed(document: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in document["resources"]:
        if each["change"] != "same":
            found.setdefault(each["change"], set()).add(each["name"])
    return found


def edit(project: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = project / "network.yaml"
    network = yaml.safe_load(path.read_text())
    change(network)
    path.write_text(yaml.safe_dump(network, sort_keys=False))
