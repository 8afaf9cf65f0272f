"""Naming rules of Azure resource types, each with its source; `manifest.checks` applies them to a network.

Sources, cited by key below:
    ARM     "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-03-14
    RES     "Resolve errors for reserved resource names", Microsoft Learn, read in November 2025
    APP     error ContainerAppInvalidName of the Container Apps API, which refuses double dashes too, unlike ARM's table
    COSMOS  "Azure Cosmos DB service quotas", Microsoft Learn, 2025-06
    SBUS    "Create namespace", Service Bus REST reference, to which ARM's table points
    SRCH    "Naming rules (Azure AI Search)", REST reference, 2025
    STOR    "Naming and referencing containers, blobs, and metadata", Storage REST reference, 2024
    OCI     OCI distribution specification 1.1, "Pulling manifests"
    TYPE    published ARM type definitions, at the API version that the SDK uses
    FNDY    "Create an agent version", Foundry project REST reference, v1, read in 2026
    K8S     "Object names and IDs", kubernetes.io, 1.33: RFC 1123 labels
"""

import re
from typing import NamedTuple

from manifest.name_rules import NameRule

__all__ = [
    "AI_SERVICES_ACCOUNT",
    "BLOB_CONTAINER",
    "CONTAINER_APP",
    "COSMOS_CHILD",
    "COSMOS_DATABASE",
    "DIAGNOSTIC_SETTING",
    "FEDERATED_CREDENTIAL",
    "FOUNDRY_AGENT",
    "FOUNDRY_CONNECTION",
    "FOUNDRY_PROJECT",
    "HOSTING_ENVIRONMENT",
    "IDENTITY",
    "KEY",
    "KUBERNETES_LABEL",
    "LOWER_DASHES",
    "LOWER_DASHES_WORDS",
    "MODEL_DEPLOYMENT",
    "NAMESPACE",
    "PARENTS",
    "REPOSITORY",
    "RESOURCE_GROUP",
    "SEARCH_INDEX",
    "SECRET",
    "SERVICE_BUS_ENTITY",
    "SERVICE_BUS_SUBSCRIPTION",
    "STORAGE_QUEUE",
    "TAG",
    "WORKSPACE",
    "ParentKind",
    "reserved_word",
]

LOWER_DASHES = "[a-z](?:-?[a-z0-9])*"
LOWER_DASHES_WORDS = "lower-case letters, digits and single dashes, a letter first, no dash last"
_LOWER_OR_DIGIT_FIRST = "[a-z0-9](?:-?[a-z0-9])*"
_LOWER_OR_DIGIT_FIRST_WORDS = "lower-case letters, digits and single dashes, no dash first or last"
_INNER_DASHES = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_INNER_DASHES_WORDS = "letters, digits and dashes, no dash first or last"

# Resources directly in the resource group.
CONTAINER_APP = NameRule("a container app", 2, 32, LOWER_DASHES, LOWER_DASHES_WORDS, "ARM, APP")
HOSTING_ENVIRONMENT = NameRule(
    "a managed environment",
    2,
    60,
    "[a-zA-Z](?:-?[a-zA-Z0-9])*",
    "letters, digits and single dashes, a letter first, no dash last",
    "ARM, APP",
)
IDENTITY = NameRule(
    "a managed identity", 3, 128, "[a-zA-Z0-9][a-zA-Z0-9_-]*", "letters, digits, dashes and underscores", "ARM"
)
FEDERATED_CREDENTIAL = NameRule(
    "a federated identity credential", 3, 120, IDENTITY.pattern, "letters, digits, dashes and underscores", "ARM"
)
DIAGNOSTIC_SETTING = NameRule(
    "a diagnostic setting", 1, 260, r"[^<>*%&:\\?+/]+", r"characters other than <>*%&:\?+/", "ARM"
)
WORKSPACE = NameRule("a Log Analytics workspace", 4, 63, _INNER_DASHES, _INNER_DASHES_WORDS, "ARM")
RESOURCE_GROUP = NameRule(
    "a resource group",
    1,
    90,
    r"[\w().-]*[\w()-]",
    "letters, digits, underscores, dashes, parentheses and dots, no dot last",
    "ARM",
)

# Resources inside a parent.
BLOB_CONTAINER = NameRule("a blob container", 3, 63, _LOWER_OR_DIGIT_FIRST, _LOWER_OR_DIGIT_FIRST_WORDS, "ARM, STOR")
STORAGE_QUEUE = NameRule("a storage queue", 3, 63, _LOWER_OR_DIGIT_FIRST, _LOWER_OR_DIGIT_FIRST_WORDS, "ARM")
COSMOS_DATABASE = NameRule(
    "a Cosmos database or container",
    1,
    255,
    r"[^/\\#?]*[^/\\#?\s]",
    "characters other than / \\ # ?, no blank last",
    "COSMOS",
)
# Narrower on purpose than Azure's rule, which allows quotes and leading blanks.
COSMOS_CHILD = NameRule(
    COSMOS_DATABASE.what,
    1,
    255,
    r"[^/\\#?\s'\"](?:[^/\\#?'\"\t\r\n]*[^/\\#?\s'\"])?",
    "characters other than slashes, # ? and quotes, no blank first or last",
    "COSMOS",
)
KEY = NameRule("a key", 1, 127, "[a-zA-Z0-9-]+", "letters, digits and dashes", "ARM")
SECRET = NameRule("a secret", 1, 127, "[a-zA-Z0-9-]+", "letters, digits and dashes", "ARM")
MODEL_DEPLOYMENT = NameRule(
    "a model deployment",
    2,
    64,
    "[a-zA-Z0-9][a-zA-Z0-9_.-]*",
    "letters, digits, dots, dashes and underscores, a letter or digit first",
    "TYPE",
)
FOUNDRY_PROJECT = NameRule(
    "a Foundry project",
    2,
    64,
    "[a-zA-Z0-9][a-zA-Z0-9_.-]*",
    "letters, digits, dots, dashes and underscores, a letter or digit first",
    "TYPE",
)
# "Accounts - create connection" in the REST reference of Foundry, Microsoft Learn, 2025.
FOUNDRY_CONNECTION = NameRule(
    "a Foundry connection",
    3,
    33,
    "[a-zA-Z0-9][a-zA-Z0-9_-]*",
    "letters, digits, dashes and underscores, a letter or digit first",
    "TYPE",
)
FOUNDRY_AGENT = NameRule("a Foundry agent", 1, 63, _INNER_DASHES, _INNER_DASHES_WORDS, "FNDY")
# A service account could start with a digit, but the Service of the same name, which callers connect to, could not.
KUBERNETES_LABEL = NameRule(
    "a Kubernetes service account",
    1,
    63,
    "[a-z](?:[a-z0-9-]*[a-z0-9])?",
    "lower-case letters, digits and dashes, a letter first, no dash last",
    "K8S",
)
NAMESPACE = NameRule(
    "a Kubernetes namespace",
    1,
    63,
    KUBERNETES_LABEL.pattern,
    KUBERNETES_LABEL.words,
    "K8S",
)
SERVICE_BUS_ENTITY = NameRule(
    "a Service Bus queue or topic",
    1,
    260,
    "[a-zA-Z0-9](?:[a-zA-Z0-9_./-]*[a-zA-Z0-9])?",
    "letters, digits, dots, dashes, underscores and slashes, a letter or digit first and last",
    "ARM",
)
SERVICE_BUS_SUBSCRIPTION = NameRule(
    "a subscription of a Service Bus topic",
    1,
    50,
    "[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?",
    "letters, digits, dots, dashes and underscores, a letter or digit first and last",
    "ARM",
)
SEARCH_INDEX = NameRule(
    "a search index",
    2,
    128,
    "[a-z0-9](?:[-_]?[a-z0-9])*",
    "lower-case letters, digits, single dashes and underscores, a letter or digit first and last",
    "SRCH",
)

# Azure's rule for accounts of every kind. Accounts in `PARENTS` have a narrower one: their name is their subdomain too.
AI_SERVICES_ACCOUNT = NameRule(
    "an Azure AI services account", 2, 64, FOUNDRY_PROJECT.pattern, FOUNDRY_PROJECT.words, "TYPE"
)

# Contents of a registry.
REPOSITORY = NameRule(
    "an image repository",
    1,
    255,
    "[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*)*",
    "lower-case letters and digits, with dots, dashes, underscores and slashes between them",
    "OCI",
)
TAG = NameRule(
    "an image tag",
    1,
    128,
    "[a-zA-Z0-9_][a-zA-Z0-9_.-]*",
    "letters, digits, dots, dashes and underscores, no dot or dash first",
    "OCI",
)


class ParentKind(NamedTuple):
    """Naming rules for one kind of parent resource: account, vault, namespace, service, store, registry or cluster."""

    rule: NameRule
    base: NameRule
    """Rule for the base name before the suffix: characters only; length and ends are checked on the whole name."""
    joint: str
    """Separator between base name and suffix."""


def _parent(rule: NameRule, characters: str, words: str, joint: str = "-") -> ParentKind:
    base = NameRule(rule.what, 1, rule.longest, f"[{characters}]+", words, rule.source)
    return ParentKind(rule, base, joint)


_ANY_CASE, _LOWER = "letters, digits and dashes", "lower-case letters, digits and dashes"

PARENTS: dict[str, ParentKind] = {
    "storage-account": _parent(
        NameRule("a storage account", 3, 24, "[a-z0-9]+", "lower-case letters and digits, no dashes", "ARM"),
        "a-z0-9",
        "lower-case letters and digits, no dashes",
        joint="",
    ),
    "cosmos-account": _parent(
        NameRule("a Cosmos account", 3, 44, _LOWER_OR_DIGIT_FIRST, _LOWER_OR_DIGIT_FIRST_WORDS, "ARM for length, TYPE"),
        "a-z0-9-",
        _LOWER,
    ),
    "key-vault": _parent(
        NameRule(
            "a key vault",
            3,
            24,
            "[a-zA-Z](?:-?[a-zA-Z0-9])*",
            "letters, digits and single dashes, a letter first, no dash last",
            "ARM",
        ),
        "a-zA-Z0-9-",
        _ANY_CASE,
    ),
    "model-account": _parent(
        NameRule("an Azure OpenAI account", 2, 64, _INNER_DASHES, _INNER_DASHES_WORDS, "ARM"), "a-zA-Z0-9-", _ANY_CASE
    ),
    "service-bus-namespace": _parent(
        NameRule(
            "a Service Bus namespace",
            6,
            50,
            "[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9](?<!-[sS][bB])(?<!-[mM][gG][mM][tT])",
            "letters, digits and dashes, a letter first, no dash last, and neither '-sb' nor '-mgmt' last",
            "ARM, SBUS",
        ),
        "a-zA-Z0-9-",
        _ANY_CASE,
    ),
    "search-service": _parent(
        NameRule(
            "a search service",
            2,
            60,
            "[a-z0-9]{2}(?:-?[a-z0-9])*",
            "lower-case letters, digits and single dashes, no dash among the first two characters, none last",
            "SRCH",
        ),
        "a-z0-9-",
        _LOWER,
    ),
    "configuration-store": _parent(
        NameRule(
            "an App Configuration store",
            5,
            50,
            f"(?!.*---){_INNER_DASHES}",
            "letters, digits and dashes, no dash first or last and never three in a row",
            "ARM",
        ),
        "a-zA-Z0-9-",
        _ANY_CASE,
    ),
    "foundry-account": _parent(
        NameRule("a Foundry account", 2, 64, _INNER_DASHES, _INNER_DASHES_WORDS, "ARM"), "a-zA-Z0-9-", _ANY_CASE
    ),
    "kubernetes-cluster": _parent(
        NameRule(
            "an AKS cluster",
            1,
            63,
            "[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?",
            "letters, digits, dashes and underscores, a letter or digit first and last",
            "ARM",
        ),
        "a-zA-Z0-9_-",
        "letters, digits, dashes and underscores",
    ),
    "registry": _parent(
        NameRule("a container registry", 5, 50, "[a-zA-Z0-9]+", "letters and digits, no dashes", "ARM"),
        "a-zA-Z0-9",
        "letters and digits, no dashes",
        joint="",
    ),
}

# RES: refused as a whole name; as a part of a name; at the beginning of a name.
_RESERVED_WHOLE = re.compile(
    "access|app_(browsers|code|data|globalresources|localresources|themes|webreferences)|azure|bing|bizspark|biztalk|cortan"
    "a"
    "|directx|dotnet|dynamics|excel|exchange|forefront|groove|hololens|hyperv|kinect|lync|msdn|o365|office(365)?|onedriv"
    "e"
    "|onenote|outlook|powerpoint|sharepoint|skype|visio|visualstudio|web[.]config|xbox"
)
_RESERVED_PART = ("microsoft", "windows")
_RESERVED_START = "login"


def reserved_word(name: str) -> str | None:
    """Return the reserved word because of which Azure refuses a name of a resource with an endpoint, or None."""
    lowered = name.lower()
    if _RESERVED_WHOLE.fullmatch(lowered):
        return lowered
    if lowered.startswith(_RESERVED_START):
        return _RESERVED_START
    return next((word for word in _RESERVED_PART if word in lowered), None)
