"""Tests that a deployment is refused if an input that git, a version or a name does not show has changed."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from release.apply import apply
from release.inputs.variables import bound_variables
from tests.release.planned_release import PlannedRelease, git, refusal

Change = Callable[[PlannedRelease], None]


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    return PlannedRelease(tmp_path)


def commit(release: PlannedRelease) -> None:
    git(release.root, "add", "--all")
    git(release.root, "commit", "--quiet", "--allow-empty", "--message", "more")
    release.evidence = release.plan()
    release.approve()


def edit_within_the_time_stamp(release: PlannedRelease) -> None:
    """Change a file so that git sees the same size and the same time."""
    git(release.root, "config", "core.trustctime", "false")
    path = release.root / "network.yaml"
    # git reads a file again whose time is that of its index.
    os.utime(path, (1_700_000_000, 1_700_000_000))
    times = path.stat()
    git(release.root, "update-index", "--refresh")
    path.write_text("name: evil\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def filter_a_file(release: PlannedRelease) -> None:
    (release.root / ".git" / "info" / "attributes").write_text("network.yaml filter=evil\n")
    git(release.root, "config", "filter.evil.clean", "sed s/evil/tiny/")
    git(release.root, "config", "filter.evil.smudge", "sed s/tiny/evil/")
    (release.root / "network.yaml").write_text("name: evil\n")
    git(release.root, "add", "network.yaml")


def replace_the_commit(release: PlannedRelease) -> None:
    """Let git show another commit under the id of the planned one."""
    planned = git(release.root, "rev-parse", "HEAD").strip()
    (release.root / "network.yaml").write_text("name: evil\n")
    git(release.root, "commit", "--quiet", "--all", "--message", "evil")
    evil = git(release.root, "rev-parse", "HEAD").strip()
    git(release.root, "reset", "--quiet", "--soft", planned)
    git(release.root, "replace", planned, evil)
    assert not git(release.root, "status", "--porcelain").strip()


def hide_changes_behind_a_monitor(release: PlannedRelease) -> None:
    monitor = release.root / ".git" / "monitor"
    monitor.write_text("#!/bin/sh\nprintf 'token\\0'\n")
    monitor.chmod(0o755)
    git(release.root, "config", "core.fsmonitor", str(monitor))
    git(release.root, "status")
    (release.root / "network.yaml").write_text("name: evil\n")


def link_out_of_the_repository(release: PlannedRelease) -> None:
    (release.root.parent / "outside.py").write_text("x = 1\n")
    (release.root / "inside.py").symlink_to("../outside.py")
    commit(release)


def hide_code_in_a_folder_with_a_dot(release: PlannedRelease) -> None:
    (release.root / ".git" / "info" / "exclude").write_text(".hidden/\n")
    (release.root / ".hidden").mkdir()
    (release.root / ".hidden" / "evil.py").write_text("")


def link_a_folder_that_git_ignores(release: PlannedRelease) -> None:
    (release.root.parent / "library").mkdir()
    (release.root.parent / "library" / "code.py").write_text("x = 1\n")
    (release.root / "library").symlink_to("../library")
    (release.root / ".gitignore").write_text(".release/\nlibrary\n")
    commit(release)
    (release.root.parent / "library" / "code.py").write_text("x = 2\n")


def import_from_a_python_path(release: PlannedRelease) -> None:
    folder = release.root.parent / "more"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("")
    release.stack.variables["PYTHONPATH"] = str(folder)


def edit_a_package_of_the_virtual_environment(release: PlannedRelease) -> None:
    environment = release.root / ".venv"
    packages = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    (environment / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    (packages / "somepackage").mkdir(parents=True)
    (packages / "somepackage" / "__init__.py").write_text("x = 1\n")
    (release.root / "Pulumi.yaml").write_text("runtime: {name: python, options: {virtualenv: .venv}}\n")
    (release.root / ".gitignore").write_text(".release/\n.venv/\n")
    commit(release)
    (packages / "somepackage" / "__init__.py").write_text("x = 2\n")
    (packages / "start.pth").write_text("import os\n")


def swap_a_plugin_next_to_the_cli(release: PlannedRelease) -> None:
    real = release.root.parent / "real"
    real.mkdir()
    (real / "pulumi").write_text("#!/bin/sh\n")
    (real / "pulumi").chmod(0o755)
    (real / "pulumi-language-python").write_text("1")
    (release.plugin.parent / "pulumi").symlink_to(real / "pulumi")
    commit(release)
    (real / "pulumi-language-python").write_text("2")


def deploy_to_another_subscription(release: PlannedRelease) -> None:
    release.stack.variables["ARM_SUBSCRIPTION_ID"] = "2"


def use_another_backend(release: PlannedRelease) -> None:
    release.stack.variables["PULUMI_BACKEND_URL"] = "azblob://other?storage_account=evil"


def use_another_address_of_azure(release: PlannedRelease) -> None:
    release.stack.variables["ARM_METADATA_HOSTNAME"] = "evil.example"


def use_a_proxy(release: PlannedRelease) -> None:
    release.stack.variables["https_proxy"] = "http://evil.example"


def use_another_stack_file(release: PlannedRelease) -> None:
    release.stack.variables["PULUMI_OPTION_CONFIG_FILE"] = "evil.yaml"


def attach_another_provider(release: PlannedRelease) -> None:
    release.stack.variables["PULUMI_DEBUG_PROVIDERS"] = "azure-native:1234"


@pytest.mark.skipif(os.name == "nt", reason="links and scripts of this test are those of POSIX")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (edit_within_the_time_stamp, "network.yaml is not what the commit has"),
        (filter_a_file, "network.yaml is not what the commit has"),
        (replace_the_commit, "differs from its commit in network.yaml"),
        (hide_changes_behind_a_monitor, "differs from its commit in network.yaml"),
        (link_out_of_the_repository, "inside.py is a link to a place outside of the repository"),
        (hide_code_in_a_folder_with_a_dot, "the file .hidden/evil.py is new"),
        (link_a_folder_that_git_ignores, "the file library changed"),
        (import_from_a_python_path, "the installed package sitecustomize.py is new"),
        (edit_a_package_of_the_virtual_environment, "the installed package somepackage changed"),
        (edit_a_package_of_the_virtual_environment, "the installed package start.pth is new"),
        (swap_a_plugin_next_to_the_cli, "the tool plugin real/pulumi-language-python changed"),
        (deploy_to_another_subscription, "the variable ARM_SUBSCRIPTION_ID is new"),
        (use_another_backend, "the variable PULUMI_BACKEND_URL is new"),
        (use_another_address_of_azure, "the variable ARM_METADATA_HOSTNAME is new"),
        (use_a_proxy, "the variable https_proxy is new"),
        (use_another_stack_file, "PULUMI_OPTION_CONFIG_FILE is set"),
        (attach_another_provider, "PULUMI_DEBUG_PROVIDERS is set"),
    ],
)
def test_apply_refuses_a_change_that_git_or_a_version_does_not_show(
    release: PlannedRelease, change: Change, reason: str
) -> None:
    change(release)

    assert reason in refusal(release)


def test_another_identity_and_another_machine_deploy_the_same_plan(release: PlannedRelease, tmp_path: Path) -> None:
    release.stack.variables |= {
        "AZURE_CLIENT_ID": "2",
        "ARM_CLIENT_ID": "2",
        "ARM_OIDC_TOKEN_FILE_PATH": "x",
        "AZURE_FEDERATED_TOKEN_FILE": "x",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "y",
        "PULUMI_HOME": str(tmp_path / "another"),
        "PULUMI_CONFIG_PASSPHRASE": "secret",
        "HOME": str(tmp_path),
    }

    apply(release.around(), release.folder, release.rule, release.records)

    assert release.stack.deployments == 1


@pytest.mark.parametrize("name", ["PULUMI_A", "ARM_A", "AGENT_NETWORK_A", "TF_PLUGIN_A", "ld_preload"])
@pytest.mark.parametrize("end", ["", "_CLIENT_ID", "_TOKEN"])
def test_variables_of_engine_and_plugins_are_bound_except_those_of_a_sign_in(name: str, end: str) -> None:
    assert bool(bound_variables({f"{name}{end}": "1"})) is (not end)
    assert bound_variables({f"{name}{end}": ""}) == bound_variables({f"OTHER_{name}{end}": "1"}) == {}


def test_evidence_has_no_value_of_a_variable() -> None:
    found = bound_variables({"HTTPS_PROXY": "http://user:password@proxy", "PULUMI_CONFIG_PASSPHRASE": "secret"})
    assert list(found) == ["HTTPS_PROXY"]
    assert "password" not in found["HTTPS_PROXY"]
