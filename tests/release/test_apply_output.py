"""Test that the result of a deployment alone is on standard output, where another program reads it."""

from pathlib import Path

import pytest

from cli.exit_codes import ExitCode
from cli.output import print_text
from cli.release_surroundings import prepared
from localazure.fronts.plugin import WORLD
from tests.fabrikam import copy_project
from tests.release.planned_release import RecordingStack


def moved(*_arguments: object, **_options: object) -> ExitCode:
    print_text("moved 1 role assignment")
    return ExitCode.OK


def test_reconciler_of_a_release_writes_nothing_to_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backend = {"PULUMI_BACKEND_URL": f"file://{tmp_path}"}
    monkeypatch.setenv(WORLD, str(tmp_path / "world.json"))
    monkeypatch.setattr(
        "cli.release_surroundings.EngineStack",
        lambda root, name, _variables: RecordingStack(root, name, variables=backend),
    )
    monkeypatch.setattr("cli.release_surroundings.reconcile", moved)

    with prepared(copy_project(tmp_path), "dev") as preparation:
        preparation.around.reconcile()

    assert capsys.readouterr() == ("", "moved 1 role assignment\n")
