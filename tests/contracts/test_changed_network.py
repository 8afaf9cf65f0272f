"""Runs tests in a copy of the repository with another network, to show that they do not depend on the root's files.

That no test opens the user's files is checked for every case by the hook of `tests/user_files.py`, in every process of
Python that a test starts. The run in the copy checks the hook: it takes one test of each file and one example of each
property, for the tests of one file run the program or the command in the same way. Only the folders whose tests do so
are run again, without those that start the Pulumi CLI.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.fabrikam import FABRIKAM, FILES, REPOSITORY
from tests.user_files import IN_CHANGED_COPY, is_users

FOLDERS = ("cli", "docs", "golden", "manifest", "network", "release")
LEFT_OUT = shutil.ignore_patterns(".*cache*", "__pycache__", ".git", ".venv", ".localazure", ".hypothesis", "report")


def left_out(folder: str, names: list[str]) -> set[str]:
    """Return the names that are not copied: folders of tools, and the user's files."""
    return {*LEFT_OUT(folder, names), *(name for name in names if is_users(Path(folder, name)))}


def another_network(root: Path) -> None:
    """Change the network: rename the project and the network, and add an agent with access."""
    project, network = root / "Pulumi.yaml", root / "network.yaml"
    name = yaml.safe_load(project.read_text("utf-8"))["name"]
    project.write_text(re.sub(rf"(?m)^name: {name}$", "name: tailspin-project", project.read_text("utf-8")), "utf-8")
    for stack in root.glob("Pulumi.*.yaml"):
        stack.write_text(stack.read_text("utf-8").replace(f"{name}:", "tailspin-project:"), "utf-8")
    content = yaml.safe_load(network.read_text("utf-8"))
    content["name"] = "tailspin"
    content["resources"]["drafts"] = {"kind": "blob-container", "account": "tailspindrafts"}
    content["agents"] = {"archivist": {"image": "archivist", "access": {"drafts": "read"}}, **content["agents"]}
    network.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")


@pytest.mark.skipif(IN_CHANGED_COPY in os.environ, reason="this is the run in the copy")
def test_tests_that_run_the_program_or_the_command_pass_in_a_copy_of_the_repository_with_another_network(
    tmp_path: Path,
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(REPOSITORY, root, ignore=left_out, symlinks=True)
    for name in FILES:
        shutil.copy(FABRIKAM / name, root / name)
    another_network(root)
    options = ["--maxfail=10", "-n", "0", "-p", "no:cacheprovider", *(f"tests/{one}" for one in FOLDERS)]

    done = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, "-m", "pytest", "-q", *options],
        cwd=root,
        env=os.environ | {IN_CHANGED_COPY: "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 60
