"""The words of a network and the roles that they stand for.

Owns the reading of a role as a verb, for whoever finds assignments where no component says what it is: in a live
subscription, or in another program. What the components assign stands with them; a contract test keeps both equal.
"""

from collections.abc import Mapping

CALLED = "foundry-agent"
"""The kind of an agent that others can be let call."""

VERBS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("app-configuration", "read"): ("App Configuration Data Reader",),
    ("blob-container", "read"): ("Storage Blob Data Reader",),
    ("blob-container", "write"): ("Storage Blob Data Contributor",),
    ("cosmos-container", "read"): ("Cosmos DB Built-in Data Reader",),
    ("cosmos-container", "write"): ("Cosmos DB Built-in Data Contributor",),
    # The first calls an application, the second the endpoint of an agent that has an identity from its creation.
    (CALLED, "use"): ("Foundry User", "Foundry Agent Consumer"),
    # The second is what a registry in repository mode honours.
    ("image-registry", "pull"): ("AcrPull", "Container Registry Repository Reader"),
    ("key-vault-secret", "read"): ("Key Vault Secrets User",),
    ("model-account", "use"): ("Cognitive Services OpenAI User",),
    ("search-index", "read"): ("Search Index Data Reader",),
    ("search-index", "write"): ("Search Index Data Contributor",),
    ("service-bus-queue", "receive"): ("Azure Service Bus Data Receiver",),
    ("service-bus-queue", "send"): ("Azure Service Bus Data Sender",),
    ("service-bus-topic", "receive"): ("Azure Service Bus Data Receiver",),
    ("service-bus-topic", "send"): ("Azure Service Bus Data Sender",),
    ("storage-queue", "receive"): ("Storage Queue Data Message Processor",),
    ("storage-queue", "send"): ("Storage Queue Data Message Sender",),
}
"""Kind and verb → the roles that it stands for."""

KINDS = tuple(sorted({kind for kind, _ in VERBS}))

_BY_KIND = {(kind, role): verb for (kind, verb), roles in VERBS.items() for role in roles}
# What a role means where no kind is known; the roles that call an agent mean much more anywhere else.
_BY_ROLE = {role: verb for (kind, verb), roles in VERBS.items() if kind != CALLED for role in roles}


def verb_of(role_name: str, kind: str = "") -> str:
    """The verb that a role stands for, at a resource of a kind where that is known; empty where none does."""
    return _BY_KIND.get((kind, role_name)) or _BY_ROLE.get(role_name, "")
