"""Lists the ways to the data of a service that need neither a data role nor an access key.

Owns the table of the ways and the form of a way, which `access.evaluate.keys` fills for access keys, too: tokens,
builds and imports of a registry, access policies of a vault, public access, and administrators of a cluster. Sources:
"Create a token with repository-scoped permissions" (Container Registry), "Migrate to Azure role-based access control"
(Key Vault), and "Access a private AKS cluster using the command invoke", Microsoft Learn, 2025 and 2026.
"""

from dataclasses import dataclass

__all__ = ["OTHER_WAYS", "KeyWay", "Setting"]

_STORAGE, _REGISTRY = "microsoft.storage/storageaccounts", "microsoft.containerregistry/registries"
_VAULT, _CONTAINERS = "microsoft.keyvault/vaults", f"{_STORAGE}/blobservices/containers"
_CLUSTER = "microsoft.containerservice/managedclusters"
_ROLES = "microsoft.authorization/roleassignments/write"


@dataclass(frozen=True)
class Setting:
    """Property of a resource type that turns a way to data on or off, other than the switch of its access keys."""

    kind: str
    """ARM type in lower case of the resource with the property."""
    property: str
    on: tuple[object, ...]
    """Values with which the way works, texts in lower case."""
    source: str
    """Source of the property, and of its default, which is off."""
    unknown_without_properties: bool = False
    """True if a resource of which only the id is known may have the setting on."""


@dataclass(frozen=True)
class KeyWay:
    """One way to the data of an account without a data role; all its steps are needed."""

    steps: tuple[tuple[str, ...], ...]
    """Operations on the control plane; of each tuple any one is enough."""
    switch: tuple[tuple[str, ...], ...] = ()
    """Steps that turn the way on where its setting is off."""
    use: str = "read the keys of {}"
    """Words after `may` for the steps, with the account's name as placeholder."""
    turn_on: str = ""
    """Words after `may` for the steps of the switch."""
    setting: Setting | None = None
    """The setting that turns the way off; None for the one of the account's access keys."""
    opens: str = "all"
    """Operations that the way opens: `all`, `reads`, `writes` or `blobs`, which are reads of blobs."""
    switched: bool = True
    """False if no setting of the account turns the way off."""
    certain: bool = True
    """False if another setting, which is not known, decides too."""


_PUBLIC_ACCOUNT = Setting(
    _STORAGE,
    "allowBlobPublicAccess",
    on=(True,),
    source="Remediate anonymous read access to blob data, Microsoft Learn, 2025: off where it is not set",
)
_PUBLIC = KeyWay(
    ((f"{_CONTAINERS}/write",),),
    ((f"{_STORAGE}/write",),),
    use="allow public access to the containers of {}",
    turn_on="turn on public access of {} (allowBlobPublicAccess)",
    setting=_PUBLIC_ACCOUNT,
    opens="blobs",
    certain=False,
)
_PUBLIC_AGAIN = KeyWay(
    ((f"{_STORAGE}/write",),),
    use="turn on public access of {}, whose containers keep their level of it (allowBlobPublicAccess)",
    setting=Setting(
        _CONTAINERS,
        "publicAccess",
        on=("blob", "container"),
        source="Configure anonymous read access for containers and blobs, Microsoft Learn, 2025: private by default",
        unknown_without_properties=True,
    ),
    opens="blobs",
    certain=False,
)
_LOCAL_USERS = KeyWay(
    (
        tuple(
            f"Microsoft.Storage/storageAccounts/localUsers/{name}"
            for name in ("listKeys/action", "regeneratePassword/action", "regenerateSharedKey/action", "write")
        ),
    ),
    ((f"{_STORAGE}/write",),),
    use="get the password of a local user of {}",
    turn_on="turn on SFTP of {} (isSftpEnabled)",
    setting=Setting(
        _STORAGE,
        "isSftpEnabled",
        on=(True,),
        source="Connect to Azure Blob Storage by using SFTP, Microsoft Learn, 2025: off where it is not set",
    ),
    certain=False,
)


def _by_registry(names: tuple[str, ...], use: str, opens: str = "all") -> KeyWay:
    steps = tuple(f"Microsoft.ContainerRegistry/registries/{name}" for name in names)
    return KeyWay((steps,), use=use, opens=opens, switched=False, certain=False)


_OF_REGISTRY = (
    _by_registry(("generateCredentials/action", "tokens/write"), "make a token of {} with a password"),
    # "Make your container registry content publicly available" and "Azure Container Registry authentication options",
    # Microsoft Learn, 2025: both are properties of the registry, and passwords of the admin user stay as they are.
    _by_registry(
        ("write",),
        "let anybody pull from {}, or turn on its admin user, whose passwords may be known (anonymousPullEnabled,"
        " adminUserEnabled)",
    ),
    # "Azure built-in roles for Containers" (Container Registry Tasks Contributor), Microsoft Learn, 2026-04-09: who
    # manages tasks can read, write and delete every image.
    _by_registry(
        ("tasks/write", "taskRuns/write", "runs/write", "scheduleRun/action"), "run a build in {} with its rights"
    ),
    _by_registry(("connectedRegistries/write",), "connect another registry with the images of {}"),
    # "Import container images to a container registry" and "Artifact cache in Azure Container Registry", likewise.
    _by_registry(
        ("importImage/action", "importPipelines/write", "cacheRules/write"), "import images into {}", opens="writes"
    ),
    # "Create a transfer pipeline to another Azure Container Registry", likewise.
    _by_registry(("exportPipelines/write", "pipelineRuns/write"), "export the images of {}", opens="reads"),
)
OTHER_WAYS = (
    (_STORAGE, _LOCAL_USERS),
    *((_REGISTRY, way) for way in _OF_REGISTRY),
    (
        _VAULT,
        KeyWay(
            (("Microsoft.KeyVault/vaults/accessPolicies/write", "Microsoft.KeyVault/vaults/write"),),
            # Changing the mode of a vault also needs the right to write role assignments.
            (("Microsoft.KeyVault/vaults/write",), (_ROLES,)),
            use="write itself into the access policies of {}",
            turn_on="turn on access policies of {} (enableRbacAuthorization)",
            certain=False,
        ),
    ),
    (_CONTAINERS, _PUBLIC),
    (_STORAGE, _PUBLIC),
    (_STORAGE, _PUBLIC_AGAIN),
    (
        _CLUSTER,
        KeyWay(
            (("Microsoft.ContainerService/managedClusters/write",),),
            use="make itself an administrator of {} (adminGroupObjectIDs)",
            switched=False,
            certain=False,
        ),
    ),
    (
        _CLUSTER,
        KeyWay(
            (("Microsoft.ContainerService/managedClusters/runCommand/action",),),
            use="run commands as an administrator of {}",
            switched=False,
            certain=False,
        ),
    ),
)
"""Ways without keys, by ARM type."""
