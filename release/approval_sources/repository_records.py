"""Records of a repository on GitHub, through the REST API and the GraphQL API, with the token of a workflow's run."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from access.model.json_values import listed, mapping, text
from release.approval_sources.platform_client import PlatformClient
from release.errors import ReleaseError

__all__ = ["GitHubRepository", "github_client"]

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_PAGE = 100


def github_client(environment: Mapping[str, str]) -> PlatformClient:
    """Return the client of the REST API of the GitHub that runs the workflow.

    Raises:
        ReleaseError: the run's token is missing.
    """
    origin = environment.get("GITHUB_API_URL") or "https://api.github.com"
    return PlatformClient(origin, environment.get("GITHUB_TOKEN", ""), _HEADERS)


class GitHubRepository:
    """Records of the repository of a workflow's run."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Prepare the clients of both APIs.

        Args:
            environment: environment variables of the run.

        Raises:
            ReleaseError: the run's token or the repository is missing.
        """
        self._owner, separator, self._name = environment.get("GITHUB_REPOSITORY", "").partition("/")
        if not separator or not self._owner or not self._name or "/" in self._name:
            raise ReleaseError("the repository is missing; GITHUB_REPOSITORY has its owner and name")
        self._rest = github_client(environment)
        address = environment.get("GITHUB_GRAPHQL_URL") or "https://api.github.com/graphql"
        self._graphql = PlatformClient(address, environment.get("GITHUB_TOKEN", ""), {})

    def rows(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Yield the objects of a list, from all of its pages."""
        for page in count(1):
            found: object = self._rest.get(f"/repos/{self._owner}/{self._name}{path}?per_page={_PAGE}&page={page}")
            rows = listed(found)
            yield from map(mapping, rows)
            if len(rows) < _PAGE:
                return

    def row(self, path: str) -> Mapping[str, Any]:
        """Return an object, which is empty if there is none."""
        return mapping(self._rest.find(f"/repos/{self._owner}/{self._name}{path}"))

    def selected(self, selection: str, fragments: str) -> Mapping[str, Any]:
        """Return what a GraphQL selection has of the repository.

        Args:
            selection: fields of the type Repository.
            fragments: definitions of the fragments in the selection.

        Raises:
            ReleaseError: GitHub refuses the query.
        """
        head = "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name)"
        query = f"{head} {{ {selection} }} }} {fragments}"
        answer = mapping(self._graphql.query({"query": query, "variables": {"owner": self._owner, "name": self._name}}))
        errors = [text(mapping(each), "message") for each in listed(answer.get("errors"))]
        repository = mapping(mapping(answer.get("data")).get("repository"))
        if errors or not repository:
            raise ReleaseError(f"GitHub refuses a query of the authors of commits: {'; '.join(errors) or 'no data'}")
        return repository
