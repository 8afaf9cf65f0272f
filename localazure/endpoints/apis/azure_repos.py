"""Azure Repos in local Azure: Git repositories of Azure DevOps, read with a user's own rights.

Owns the Git endpoints that read ("Git", REST reference of Azure DevOps 7.1, Microsoft Learn, 2026): repositories,
commits, trees, blobs and items. Rights belong to users (and to applications that were added as users) for each
repository; the delegated token needs `vso.code`, or `user_impersonation` for everything that the user may do. Without a
right the repository does not exist for the caller (TF401019, public reports, 2026).

Differences from Azure DevOps: each repository has one commit; pages in HTML for a missing token are JSON here; which
status a token without the scope gets is not documented (here 401, as for an invalid token).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from localazure.endpoints.apis.bearer import Caller, InvalidToken, caller_of
from localazure.endpoints.apis.git_content import GitContent, TreeEntry
from localazure.endpoints.entra.tenant import Tenant
from localazure.endpoints.messages import Received, Reply, Values, json_reply

__all__ = ["HOST", "AzureRepos", "AzureReposRepository"]

HOST = "dev.azure.com"
_RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
_AUDIENCES = frozenset({_RESOURCE, "https://app.vssps.visualstudio.com"})
_READING_SCOPES = frozenset({"vso.code", "vso.code_write", "vso.code_manage", "vso.code_full", "user_impersonation"})


@dataclass(frozen=True, kw_only=True)
class AzureReposRepository:
    """Git repository of a project in Azure DevOps, and who may read it."""

    organization: str
    project: str
    name: str
    readers: frozenset[str] = frozenset()
    """Object ids of the users, and of the service principals, that may read the repository."""
    content: GitContent = field(default_factory=GitContent)

    @property
    def place(self) -> tuple[str, str]:
        """Return organization and project, as compared by Azure DevOps."""
        return self.organization.lower(), self.project.lower()


class AzureRepos:
    """Azure Repos of the organizations whose repositories a test gives."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.repositories: list[AzureReposRepository] = []
        """Repositories of Azure DevOps, of any organization."""

    def respond(self, received: Received) -> Reply:
        """Return the response of Azure DevOps to a request."""
        try:
            caller = caller_of(self._tenant, received.token, _AUDIENCES)
        except InvalidToken as error:
            return _error(401, "TF400813", f"The user is not authorized to access this resource: {error}.")
        if caller.user and not caller.scopes & _READING_SCOPES:
            return _error(401, "TF400813", "The access token does not have the scope vso.code.")
        reply = self._answer(caller, received)
        return replace(reply, user=caller.user, client=caller.client)

    def _answer(self, caller: Caller, received: Received) -> Reply:
        match [unquote(each) for each in received.path.strip("/").split("/")]:
            case [organization, project, "_apis", "git", "repositories", *rest] if received.method == "GET":
                inside = [each for each in self.repositories if each.place == (organization.lower(), project.lower())]
                readable = [each for each in inside if caller.principal in each.readers]
                if not rest:
                    return json_reply({"count": len(readable), "value": [_row(each) for each in readable]})
                found = next((each for each in readable if each.name.lower() == rest[0].lower()), None)
                if found is None:
                    missing = f"The Git repository with name or identifier {rest[0]} does not exist or you do not have"
                    return _error(404, "TF401019", f"{missing} permissions for the operation you are attempting.")
                return _read(found, rest[1:], received)
            case _:
                return _error(404, "VS800075", "The page was not found.")


def _read(repository: AzureReposRepository, rest: list[str], received: Received) -> Reply:
    content = repository.content
    reply = _not_found()
    match rest:
        case []:
            reply = json_reply(_row(repository))
        case ["commits", commit] if commit == content.commit:
            reply = json_reply({"commitId": commit, "treeId": content.tree})
        case ["trees", tree] if tree == content.tree:
            everything = received.query.get("recursive", "").lower() == "true"
            rows = [_entry(each) for each in content.entries if everything or "/" not in each.path]
            reply = json_reply({"objectId": tree, "treeEntries": rows})
        case ["blobs", blob]:
            reply = _bytes(content.blob(blob))
        case ["items"] if received.query.get("versionDescriptor.version", content.commit) == content.commit:
            reply = _items(content, received.query)
        case _:
            pass
    return reply


def _items(content: GitContent, query: Mapping[str, str]) -> Reply:
    if query.get("recursionLevel", "").lower() == "full":
        rows = [{"path": f"/{each.path}", "isFolder": each.is_folder, "objectId": each.id} for each in content.entries]
        return json_reply({"count": len(rows), "value": rows})
    return _bytes(content.files.get(query.get("path", "").lstrip("/")))


def _row(repository: AzureReposRepository) -> Values:
    return {"name": repository.name, "project": {"name": repository.project}, "defaultBranch": "refs/heads/main"}


def _entry(entry: TreeEntry) -> Values:
    kind = "tree" if entry.is_folder else "blob"
    return {
        "objectId": entry.id,
        "relativePath": entry.path,
        "mode": entry.mode,
        "gitObjectType": kind,
        "size": entry.size,
    }


def _bytes(content: bytes | None) -> Reply:
    if content is None:
        return _not_found()
    return Reply(body=content, content_type="application/octet-stream")


def _not_found() -> Reply:
    return _error(404, "TF401174", "The item could not be found in the repository.")


def _error(status: int, code: str, message: str) -> Reply:
    return json_reply({"$id": "1", "message": f"{code}: {message}", "typeKey": code, "errorCode": 0}, status)
