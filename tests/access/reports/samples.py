"""Sample report documents: Fabrikam, generated networks of any size, and names that contain HTML."""

from collections.abc import Sequence
from typing import Any

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>'\"&\u2028`${$style}"
SUBSCRIPTION = "5b1d6c1e-0000-4000-8000-000000000001"
SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/fabrikam-dev/providers"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
ITEMS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items"
HOSTS = {"market-analysis": "foundry", "compliance": "foundry", "notifier": "aks"}
AGENTS = ("ingestion", "analysis", "report", "security-scanner", "market-analysis", "compliance", "notifier")
KINDS = {
    "code-uploads": "blob-container",
    "reports": "blob-container",
    "documents": "blob-container",
    "models": "model-account",
    "findings": "cosmos-container",
    "review-done": "service-bus-queue",
    "webhook-signing-key": "key-vault-secret",
    "fabrikam": "image-registry",
}
READ_BLOB = ("Storage Blob Data Reader", [f"{BLOBS}/read"])
WRITE_BLOB = ("Storage Blob Data Contributor", [f"{BLOBS}/{one}" for one in ("read", "write", "delete", "add/action")])
USE = (
    "Cognitive Services OpenAI User",
    ["Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"],
)
READ_ITEM = ("Cosmos DB Built-in Data Reader", [f"{ITEMS}/read"])
WRITE_ITEM = (
    "Cosmos DB Built-in Data Contributor",
    [f"{ITEMS}/{one}" for one in ("read", "create", "replace", "delete")],
)
SEND = ("Azure Service Bus Data Sender", ["Microsoft.ServiceBus/namespaces/queues/messages/send/action"])
RECEIVE = ("Azure Service Bus Data Receiver", ["Microsoft.ServiceBus/namespaces/queues/messages/receive/action"])
SECRET = ("Key Vault Secrets User", ["Microsoft.KeyVault/vaults/secrets/getSecret/action"])
PULL = ("AcrPull", ["Microsoft.ContainerRegistry/registries/pull/read"])
HELD: tuple[tuple[str, str, str, tuple[str, list[str]]], ...] = (
    ("ingestion", "code-uploads", "write", WRITE_BLOB),
    ("analysis", "code-uploads", "read", READ_BLOB),
    ("analysis", "models", "use", USE),
    ("analysis", "findings", "write", WRITE_ITEM),
    ("report", "reports", "write", WRITE_BLOB),
    ("report", "findings", "read", READ_ITEM),
    ("report", "review-done", "send", SEND),
    ("security-scanner", "models", "use", USE),
    ("market-analysis", "models", "use", USE),
    ("compliance", "documents", "read", READ_BLOB),
    ("compliance", "models", "use", USE),
    ("notifier", "review-done", "receive", RECEIVE),
    ("notifier", "webhook-signing-key", "read", SECRET),
    *((agent, "fabrikam", "pull", PULL) for agent in AGENTS),
)


def fabrikam() -> dict[str, Any]:
    """Return a report document of Fabrikam with content in every section."""
    access = [_access(*one, line) for line, one in enumerate(HELD, 40)]
    access[9]["conditional"] = True
    document = _document("fabrikam", AGENTS, KINDS, access)
    document["proof"]["failures"] = [
        {"what": "market-analysis may write to documents, and no line of network.yaml declares it."},
    ]
    blast = document["blast"]
    blast["report"] |= {
        "becomes": [
            {"agent": "analysis", "how": "report may assign the identity of analysis to a container of its own."}
        ],
        "influences": [
            {"agent": "notifier", "through": "review-done", "how": "report sends what notifier receives."},
        ],
        "influenced_by": [{"agent": "analysis", "through": "findings"}],
        "over_budget": ["secrets: 1 of 0"],
    }
    blast["analysis"]["notes"] = document["access"][2]["notes"] = [
        "To use `models` includes deleting assistants of others."
    ]
    blast["notifier"]["influenced_by"] = [{"agent": "report", "through": "review-done"}]
    document["findings"] = [
        finding("unused-resource", "note", "Nobody writes to documents.", resource="documents"),
        finding("separation-of-duties", "error", "report may do both.", agent="report")
        | {"location": "network.yaml:90"},
        finding("shared-identity", "error", "report and analysis can act as one.", agent="report"),
        finding(
            "broad-scope", "warning", "notifier reads every secret of the vault.", "notifier", "webhook-signing-key"
        ),
        finding("local-auth", "warning", "The keys of the account are switched on.", resource="models")
        | {
            "exception": {
                "because": "The evaluation tool knows no tokens before its release 4.",
                "expires": "2027-01-31",
            }
        },
    ]
    document["diff"] = {
        "from": "main",
        "to": "working tree",
        "changes": [
            _change("may write", "report", "reports", WRITE_BLOB[1][1:], grows=True),
            _change("may no longer delete", "compliance", "documents", [f"{BLOBS}/delete"], grows=False),
        ],
    }
    document["proof"]["ignored"] = [{"where": "/subscriptions/other", "what": "a group of another team"}]
    document["unread"] = [{"where": "index.ts:71", "what": "the scope is computed from a name known to Azure alone"}]
    return document | _review(document)


def _review(document: dict[str, Any]) -> dict[str, Any]:
    """Return content for every section of a security review."""
    document["access"][12]["weights"] = {"read": "secrets"}
    reports = document["exposure"][1]
    reports["anonymous"] = {"words": "on: Blob", "level": "bad"}
    reports["network"] = {"words": "listed addresses", "level": "good"}
    reports["addresses"] = ["203.0.113.0/24"]
    return {
        "images": [
            {
                "agent": "ingestion",
                "image": "fabrikam.azurecr.io/ingestion:1.4",
                "name": "ingestion",
                "tag": "1.4",
                "digest": "",
                "source": "deployed",
            },
        ],
        "identities": [
            {
                "name": "reviewers",
                "kind": "group",
                "identity": "5b1d6c1e-0000-4000-8000-000000000009",
                "exists": True,
                "roles": ["Foundry Agent Consumer"],
            },
        ],
        "rules": {
            "separations": [
                {
                    "apart": ["write code-uploads", "write findings"],
                    "because": "Who uploads code does not judge it.",
                    "location": "network.yaml:90",
                }
            ],
            "budgets": [{"agent": "report", "limits": {"secrets": 0}, "location": "network.yaml:60"}],
            "exceptions": [
                {
                    "finding": "unused-resource",
                    "on": "documents",
                    "because": "The next release reads it.",
                    "expires": "2026-06-30",
                    "expired": True,
                    "days": -151,
                    "location": "network.yaml:99",
                },
            ],
        },
        "logs": [
            {
                "resource": "models",
                "kind": "model-account",
                "id": f"{SCOPE}/models/diagnostics",
                "destinations": [f"{SCOPE}/Microsoft.OperationalInsights/workspaces/fabrikam-logs"],
                "categories": ["Audit"],
            },
        ],
    }


def network(agents: int, resources: int, each: int) -> dict[str, Any]:
    """Return a report document of any size, with `each` accesses per agent."""
    kinds = {f"store-{at:02}": tuple(KINDS.values())[at % 8] for at in range(resources)}
    names, stores = [f"agent-{at:03}" for at in range(agents)], list(kinds)
    access = [
        _access(name, stores[(at * 7 + step * 5) % resources], "write", WRITE_BLOB, at)
        for at, name in enumerate(names)
        for step in range(each)
    ]
    return _document("large", names, kinds, access)


def _document(name: str, agents: Sequence[str], kinds: dict[str, str], access: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": "agent-network-access",
        "version": 1,
        "network": name,
        "stack": "dev",
        "source": "preview on local Azure",
        "agents": [
            {
                "name": agent,
                "host": HOSTS.get(agent, "container-app"),
                "identity": f"00000000-0000-4000-8000-{at:012}",
                "location": f"network.yaml:{30 + at}",
            }
            for at, agent in enumerate(agents)
        ],
        "parties": [],
        "resources": [
            {"name": one, "kind": kind, "declared": kind != "image-registry", "location": f"network.yaml:{at}"}
            for at, (one, kind) in enumerate(kinds.items(), 8)
        ],
        "access": access,
        "user_access": [
            {
                "agent": agent,
                "resource": "azure-devops",
                "as_user": True,
                "verbs": ["vso.code"],
                "without_user": [],
                "people": ["reviewers"],
                "clients": ["review-portal"],
                "consent": "each user",
                "location": "network.yaml:31",
            }
            for agent in agents[:1]
        ],
        "owners": [
            {"name": agent, "kind": "identity of the agent", "id": "1", "owners": [f"agent {agent}"], "known": True}
            for agent in agents
        ],
        "proof": {
            "declared": len(access),
            "allowed": len(access),
            "denied": 41870,
            "failures": [],
            "waiting": [],
            "ignored": [],
            "excepted": [],
        },
        "blast": {agent: _blast([one for one in access if one["agent"] == agent], kinds) for agent in agents},
        "findings": [],
        "diff": None,
        "unread": [],
        "made": {
            "time": "2026-11-28T21:04:00+00:00",
            "commit": "5588e2772b0c4d0a9f2d7b0d3a5a2f54c2b0e0aa",
            "has_changes": True,
            "version": "0.2.0",
            "subscriptions": [SUBSCRIPTION],
            "simulated": True,
        },
        "grants": [_grant(one, kinds) for one in access],
        "exposure": [_exposure(one, kind) for one, kind in kinds.items()],
        "images": [],
        "identities": [],
        "rules": {"separations": [], "budgets": [], "exceptions": []},
        "logs": [],
    }


def _grant(access: dict[str, Any], kinds: dict[str, str]) -> dict[str, Any]:
    verb, scope = access["verbs"][0], access["scope"]
    return {
        "principals": [access["agent"]],
        "identity": f"identity-of-{access['agent']}",
        "exists": True,
        "resource": access["resource"],
        "kind": kinds[access["resource"]],
        "verb": verb,
        "role": access["roles"][0],
        "weight": access["weights"].get(verb, ""),
        "scope": scope,
        "assignment": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{access['agent']}-{verb}",
        "condition": "",
        "location": access["location"],
    }


def _exposure(name: str, kind: str) -> dict[str, Any]:
    return {
        "resource": name,
        "id": f"{SCOPE}/{name}",
        "kind": kind,
        "holds": [],
        "network": {"words": "any address", "level": "doubtful"},
        "addresses": [],
        "anonymous": {"words": "", "level": ""},
        "keys": {"words": "off", "level": "good"},
    }


def _access(agent: str, resource: str, verb: str, held: tuple[str, list[str]], line: int) -> dict[str, Any]:
    return {
        "agent": agent,
        "resource": resource,
        "verbs": [verb],
        "weights": {verb: "write"} if verb in {"write", "send"} else {},
        "conditional": False,
        "roles": [held[0]],
        "scope": f"{SCOPE}/Microsoft.Storage/storageAccounts/fabrikam/blobServices/default/containers/{resource}",
        "location": f"network.yaml:{line}",
        "operations": held[1],
    }


def _blast(held: list[dict[str, Any]], kinds: dict[str, str]) -> dict[str, Any]:
    of_kind = {kind: [one["resource"] for one in held if kinds[one["resource"]] == kind] for kind in kinds.values()}
    return {
        "operations": {one["resource"]: one["verbs"] for one in held},
        "secrets": of_kind.get("key-vault-secret", []),
        "models": of_kind.get("model-account", []),
        "destroys": [one["resource"] for one in held if one["verbs"] == ["write"]],
        "becomes": [],
        "influences": [],
        "influenced_by": [],
        "over_budget": [],
    }


def finding(
    name: str, severity: str, what: str, agent: str | None = None, resource: str | None = None
) -> dict[str, Any]:
    """Return a finding of a report document."""
    return {
        "id": name,
        "severity": severity,
        "what": what,
        "why": "An attacker who takes over one of them has the other as well.",
        "fix": "Give each its own, and say in network.yaml what it may do.",
        "location": "network.yaml:48",
        "agent": agent,
        "resource": resource,
        "exception": None,
    }


def _change(words: str, agent: str, resource: str, operations: list[str], *, grows: bool) -> dict[str, Any]:
    change = {"sign": "+" if grows else "-", "agent": agent, "words": words, "resource": resource}
    return change | {"grows": grows, "operations": operations}


def hostile() -> dict[str, Any]:
    """Return the report document of Fabrikam with HTML in every name."""

    def renamed(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            return {renamed(key) if key in AGENTS else key: renamed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [renamed(one) for one in value]
        words = {"error", "warning", "note"}
        return value + HOSTILE if isinstance(value, str) and value not in words else value

    return renamed(fabrikam())
