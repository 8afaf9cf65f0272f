"""Tests of the copy of the stack file that the real Pulumi CLI reads in engine runs."""

from pathlib import Path

import pytest

from localazure.fronts.cli_wrapper import SALTS, stack_argument, write_copy

WRITTEN = """\
# What differs in dev.
config:
  agent-network:location: westeurope   # near us
  agent-network:production: false
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    project, copies = tmp_path / "project", tmp_path / "copies"
    project.mkdir()
    (copies / SALTS).mkdir(parents=True)
    (copies / SALTS / "Pulumi.dev.yaml").write_text("encryptionsalt: v1:local\n")
    return project, copies


def test_stack_file_copy_for_engine_runs_has_the_projects_settings_and_local_encryption(
    folders: tuple[Path, Path],
) -> None:
    project, copies = folders
    (project / "Pulumi.dev.yaml").write_text(WRITTEN)

    copy = write_copy(project, copies, "dev")

    assert copy is not None
    assert copy.read_text() == f"{WRITTEN}encryptionsalt: v1:local\n"
    assert (project / "Pulumi.dev.yaml").read_text() == WRITTEN
    assert sorted(path.name for path in copies.iterdir()) == ["Pulumi.dev.yaml", SALTS]


@pytest.mark.parametrize(
    "encryption",
    ["encryptionsalt: v1:theirs\n", "secretsprovider: azurekeyvault://vault/keys/key\nencryptedkey: theirs\n"],
)
def test_stack_file_copy_for_engine_runs_omits_encryption_settings_of_real_deployments(
    folders: tuple[Path, Path], encryption: str
) -> None:
    project, copies = folders
    (project / "Pulumi.dev.yaml").write_text(encryption + WRITTEN)

    copy = write_copy(project, copies, "dev")

    assert copy is not None
    assert copy.read_text() == f"{WRITTEN}encryptionsalt: v1:local\n"


def test_no_stack_file_copy_is_written_for_engine_runs_of_a_stack_without_a_file(folders: tuple[Path, Path]) -> None:
    project, copies = folders

    assert write_copy(project, copies, "dev") is None


@pytest.mark.parametrize(
    ("line", "stack"),
    [
        ("up --yes --stack dev", "dev"),
        ("up -s prod --yes", "prod"),
        ("preview --stack=prod", "prod"),
        ("preview -s=organization/agent-network/dev", "dev"),
        ("up --yes", None),
        ("up --stack", None),
    ],
)
def test_stack_name_is_parsed_from_the_pulumi_command_line(line: str, stack: str | None) -> None:
    assert stack_argument(line.split()) == stack
