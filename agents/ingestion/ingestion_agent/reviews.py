"""One review: the files of a repository are read as the user, and written as the agent."""

import asyncio
import json
from dataclasses import dataclass
from typing import Annotated

import aiohttp
from agent_network_runtime import RuntimeLibraryError, TemporaryError, UserContext
from agent_network_runtime.repositories import AzureReposApi, Limits, RepositoryFile, RepositorySource, open_azure_repos
from agent_network_runtime.repositories.azure_repos import SCOPE
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingestion_agent.uploads import Uploads

LIMITS = Limits(files=2_000, file_bytes=1 << 20, total_bytes=16 << 20)
_AT_ONCE = 4
_SECONDS = 120.0

_Name = Annotated[str, Field(min_length=1, max_length=64)]


class ReviewRequest(BaseModel):
    """Body of a request for a review: a repository of Azure Repos, at one commit."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    organization: _Name
    project: _Name
    repository: _Name
    commit: Annotated[str, Field(pattern="^[0-9a-fA-F]{40}$")]
    """Full id of the commit: a branch can move while it is read."""

    @field_validator("commit")
    @classmethod
    def _lowered(cls, commit: str) -> str:
        return commit.lower()

    def api(self) -> AzureReposApi:
        """Return the conversations about the repository; raise ValueError for a name that no repository has."""
        return AzureReposApi(self.organization, self.project, self.repository, self.commit)


@dataclass(frozen=True)
class Review:
    """Result of a review request: the folder of the files in the container, and their number."""

    id: str
    folder: str
    files: int
    bytes: int


async def ingest(
    request: ReviewRequest, user: UserContext, uploads: Uploads, session: aiohttp.ClientSession, review_id: str
) -> Review:
    """Copy the files of a repository into the container: read as the user, written as the agent.

    The list of the files is written last, so that a folder without one is incomplete and is not used.

    Raises:
        RuntimeLibraryError: the user may not read the repository, it is too large, or a service does not answer.
    """
    source = open_azure_repos(request.api(), user.credential_for(SCOPE), session, LIMITS)
    folder = f"reviews/{review_id}"
    try:
        async with asyncio.timeout(_SECONDS):
            files = await source.list_files()
            await _copy(source, files, uploads, folder, review_id)
            listed = {"commit": source.commit, "files": [{"path": each.path, "id": each.object_id} for each in files]}
            await uploads.write(f"{folder}/files.json", json.dumps(listed).encode(), review_id)
    except TimeoutError:
        raise TemporaryError(f"the review took more than {_SECONDS:.0f} seconds", retry_after=60) from None
    return Review(review_id, folder, len(files), sum(each.size for each in files))


async def _copy(
    source: RepositorySource, files: tuple[RepositoryFile, ...], uploads: Uploads, folder: str, review_id: str
) -> None:
    """Copy files, some at once; the first error ends the others."""
    waiting, found = iter(files), list[RuntimeLibraryError]()

    async def work() -> None:
        for file in waiting:
            content = await source.read_file(file)
            await uploads.write(f"{folder}/content/{file.path}", content, review_id)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())
    except* RuntimeLibraryError as errors:
        found += [each for each in errors.exceptions if isinstance(each, RuntimeLibraryError)]
    if found:
        raise found[0]
