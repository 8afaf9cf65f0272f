"""Runs git in the folder of a project, with none of the variables and objects that would lead it elsewhere."""

import os
import subprocess
from pathlib import Path

from release.errors import ReleaseError

__all__ = ["git"]

# With these settings, git would take the answer of a program, or a list from before, for what has changed.
_SETTINGS = ("-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false")


def git(root: Path, *arguments: str) -> str:
    """Return what a git command prints.

    Raises:
        ReleaseError: git is missing, or the command failed.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 (the user's git)
            ["git", *_SETTINGS, *arguments],  # noqa: S607 (likewise)
            cwd=root,
            # A replacement of an object (`git replace`) would show another commit than the one that is named, and a
            # graft other parents of it.
            env={**kept, "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise ReleaseError("git: not found on PATH; a plan names the commit that it is about") from None
    if done.returncode:
        reason = done.stderr.strip().removeprefix("fatal: ") or "there is no commit yet"
        raise ReleaseError(f"{root}: the commit of the project cannot be read ({reason}); a plan is about a commit")
    return done.stdout
