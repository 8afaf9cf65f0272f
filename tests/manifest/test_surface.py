"""What this room shows, and what it keeps away from."""

import subprocess
import sys
from pathlib import Path

import manifest

ROOT = Path(__file__).parents[2]


def run(program: str, folder: Path) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours


def test_what_is_exported_is_there_and_once() -> None:
    assert len(set(manifest.__all__)) == len(manifest.__all__)
    assert [name for name in manifest.__all__ if not hasattr(manifest, name)] == []


def test_it_loads_neither_pulumi_nor_another_room() -> None:
    program = (
        "import sys, manifest.schema, manifest.declared_document, manifest.stack_file;"
        " print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )

    others = {"access", "components", "localazure", "policies", "pulumi", "pulumi_azure_native", "release"}
    assert set(run(program, ROOT).split()) & others == set()


def test_reading_it_in_needs_no_file_and_no_configuration(tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import manifest"

    assert run(program, tmp_path) == ""
