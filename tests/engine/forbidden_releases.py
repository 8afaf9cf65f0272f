"""Program that tries to deploy an approved release after one forbidden change at a time, and prints each refusal.

It runs in the folder of the project. Every change is undone, so that the release can be deployed afterwards.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path.cwd()))  # the packages of the project

from cli.release_surroundings import prepared
from release.apply import apply
from release.errors import ReleaseError
from release.evidence import read_evidence
from release.file_stores import FolderStore

ROOT = Path.cwd()
EVIDENCE = ROOT / ".release" / "dev"


@contextmanager
def written(path: Path, change: Callable[[str], str]) -> Generator[None]:
    """Change a file, which may be missing, until the context ends."""
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(change((before or b"").decode()))
    try:
        yield
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def edited_evidence() -> Generator[None]:
    with written(
        EVIDENCE / "evidence.json", lambda text: text.replace('"verdict": "growth"', '"verdict": "unchanged"')
    ):
        yield


def reused_approval() -> Generator[None]:
    """Put the approval of an earlier release in the place of the approval of this one."""
    with prepared(ROOT, "dev") as preparation:
        assert preparation.exchange is not None
        store = cast("FolderStore", preparation.exchange.store).folder
    own = store / read_evidence(EVIDENCE).digest / "approvals"
    earlier = next(path for path in store.rglob("approval*.intoto.json") if own not in path.parents)
    own.rename(store / "aside")
    (approval,) = EVIDENCE.glob("approval*.intoto.json")
    approval.rename(store / approval.name)
    shutil.copy(earlier, EVIDENCE)
    yield
    (EVIDENCE / earlier.name).unlink()
    (store / approval.name).rename(approval)
    (store / "aside").rename(own)


def state_moved_on() -> Generator[None]:
    urn = next(row["urn"] for row in exported() if row["type"].endswith(":ResourceGroup"))
    pulumi("state", "protect", urn, "--yes")
    yield
    pulumi("state", "unprotect", urn, "--yes")


def changed_program() -> Generator[None]:
    before = git("rev-parse", "HEAD")
    with written(ROOT / "__main__.py", lambda text: f"{text}\n"):
        git("commit", "--quiet", "--all", "--message", "program")
        yield
    git("reset", "--quiet", "--hard", before)


def swapped_plugin() -> Generator[None]:
    (plugin,) = (ROOT / ".localazure/pulumi/home/plugins").glob("resource-azure-native-*/pulumi-resource-azure-native")
    with written(plugin, lambda text: f"{text}# another program\n"):
        yield


def dirty_tree() -> Generator[None]:
    with written(ROOT / "network.yaml", lambda text: f"{text}# a comment\n"):
        yield


def file_named_as_a_git_revision() -> Generator[None]:
    names = ("HEAD", git("rev-parse", "HEAD"))
    with written(ROOT / ".git/info/exclude", lambda _text: "\n".join(names)):
        for name in names:
            (ROOT / name).touch()
        yield
        for name in names:
            (ROOT / name).unlink()


def git(*arguments: str) -> str:
    return output("git", "-c", "user.email=author@example.com", "-c", "user.name=Author", *arguments).strip()


def pulumi(*arguments: str) -> str:
    return output("pulumi", *arguments, "--stack", "dev", "--non-interactive")


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (commands above)


def exported() -> list[dict[str, str]]:
    return json.loads(pulumi("stack", "export"))["deployment"]["resources"]


def refusal(stack: str = "dev", *, earlier: timedelta = timedelta()) -> str:
    """Return the error that refused the release; the word `deployed` if nothing did."""
    with prepared(ROOT, stack) as preparation:
        now = preparation.around.now
        around = replace(preparation.around, now=lambda: now() - earlier)
        try:
            apply(around, EVIDENCE, preparation.rule, preparation.source())
        except ReleaseError as error:
            return str(error)
    return "deployed"


def refusals() -> Iterator[tuple[str, str]]:
    """Yield the name of each attempt with the error that refused it."""
    yield "clock set back", refusal(earlier=timedelta(hours=1))
    yield "evidence of another stack", refusal("prod")
    for change in (
        *(edited_evidence, reused_approval, state_moved_on, changed_program, swapped_plugin, dirty_tree),
        file_named_as_a_git_revision,
    ):
        with contextmanager(change)():
            yield change.__name__.replace("_", " "), refusal()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dict(refusals()), indent=1))
