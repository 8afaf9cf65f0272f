"""Records of a repository on GitHub, served on 127.0.0.1 in the form of the REST and GraphQL references.

None of them was recorded on GitHub.
"""

import json
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback_server import loopback_server

TOKEN = "the token of the run"  # noqa: S105 (not a credential)
PLACE = "/repos/contoso/agents"
HEAD = "b" * 40
WEB_FLOW = ("noreply@github.com", "web-flow")
Person = tuple[str, str | None]
"""Address and login of a person; None if the address belongs to no account."""

Answers = Callable[[str, Mapping[str, Any]], Any]


@contextmanager
def served(answers: Answers) -> Generator[str]:
    """Serve JSON values by path and request body, for requests with the run's token, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            found = answers(self.path, body)
            allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self.send_response(401 if not allowed else 404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_POST = do_GET  # noqa: N815 (the library's name)

    with loopback_server(Handler) as address:
        yield address


def review(at: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (parts of the answer)
    """Return a review that approves the last commit of a pull request."""
    user = {"login": changes.pop("login", "reviewer"), "type": changes.pop("type", "User")}
    return {"state": "APPROVED", "commit_id": HEAD, "submitted_at": at, "user": user, **changes}


@dataclass
class GitHubRecords:
    """Records of a pull request that was merged with a squash commit, which a plan deploys."""

    commit: str
    """Planned commit."""
    tree: str
    head_tree: str = ""
    """Tree of the last commit of the pull request; empty if it is that of the planned commit."""
    api_tree: str = ""
    """Tree of the planned commit according to GitHub; empty if it is that of the planned commit."""
    head: str = HEAD
    pulls: tuple[int, ...] = (3,)
    reviews: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    approvals: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    permissions: dict[str, str] = field(default_factory=lambda: {"reviewer": "write"})
    people: dict[str, tuple[list[Person], Person]] = field(default_factory=dict[str, tuple[list[Person], Person]])
    """Commit → authors and committer; any other commit is the author's."""
    pull_commits: list[tuple[list[Person], Person]] = field(default_factory=list[tuple[list[Person], Person]])
    """Commits of the pull request, each on a page of its own."""
    errors: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def answer(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 (any JSON value)
        """Return the JSON value of a response."""
        place, _, query = path.partition("?")
        if place == "/graphql":
            return {"data": {"repository": self._selected(body["query"])}, "errors": self.errors}
        trees = {self.commit: self.api_tree or self.tree, self.head: self.head_tree or self.tree}
        found: dict[str, Any] = {
            f"{PLACE}/commits/{self.commit}/pulls": [
                {"number": each, "head": {"sha": self.head}} for each in self.pulls
            ],
            f"{PLACE}/pulls/3/reviews": self.reviews,
            f"{PLACE}/actions/runs/7/approvals": self.approvals,
            **{f"{PLACE}/git/commits/{sha}": {"sha": sha, "tree": {"sha": tree}} for sha, tree in trees.items()},
            **{
                f"{PLACE}/collaborators/{login}/permission": {"permission": permission}
                for login, permission in self.permissions.items()
            },
        }
        value = found.get(place)
        if isinstance(value, list):  # pages of 100
            page = int(re.search(r"\bpage=(\d+)", query)[1])  # type: ignore[index]  # pyright: ignore[reportOptionalSubscript]
            return value[100 * (page - 1) : 100 * page]
        return value

    def _selected(self, query: str) -> dict[str, Any]:
        commits = re.findall(r'(c\d+): object\(oid: "([0-9a-f]+)"\)', query)
        pulls = [{"number": each, "author": {"login": "opener"}} for each in self.pulls]
        found: dict[str, Any] = {
            alias: {**self._commit(*self.people.get(oid, self._own)), "associatedPullRequests": _connection(pulls)}
            for alias, oid in commits
        }
        if "pullRequest(number" in query:
            cursor = re.search(r'after: "(\d+)"', query)
            index = int(cursor[1]) if cursor else 0
            nodes = [{"commit": self._commit(*each)} for each in self.pull_commits[index : index + 1]]
            page = {"hasNextPage": index + 1 < len(self.pull_commits), "endCursor": str(index + 1)}
            found["pullRequest"] = {"commits": {"nodes": nodes, "pageInfo": page}}
        return found

    @property
    def _own(self) -> tuple[list[Person], Person]:
        return [("author@example.com", "Author")], WEB_FLOW

    @staticmethod
    def _commit(authors: list[Person], committer: Person) -> dict[str, Any]:
        return {"authors": _connection([_person(each) for each in authors]), "committer": _person(committer)}


def _person(person: Person) -> dict[str, Any]:
    address, login = person
    return {"email": address, "user": None if login is None else {"login": login}}


def _connection(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
