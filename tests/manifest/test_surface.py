"""Tests of the public names of the `manifest` package, and of the modules that importing it loads."""

import subprocess
import sys
from pathlib import Path

import manifest

ROOT = Path(__file__).parents[2]


def run(program: str, folder: Path) -> str:
    """Run a program in a new interpreter and return its output."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours


def test_names_in_dunder_all_of_the_manifest_package_are_unique_and_defined() -> None:
    assert len(set(manifest.__all__)) == len(manifest.__all__)
    assert [name for name in manifest.__all__ if not hasattr(manifest, name)] == []


def test_importing_manifest_loads_neither_pulumi_nor_other_packages_of_the_project() -> None:
    program = (
        "import sys, manifest.schema, manifest.declared_document, manifest.stack_file;"
        " print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )

    others = {"access", "components", "localazure", "policies", "pulumi", "pulumi_azure_native", "release"}
    assert set(run(program, ROOT).split()) & others == set()


def test_importing_manifest_needs_no_files_and_prints_nothing(tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import manifest"

    assert run(program, tmp_path) == ""
