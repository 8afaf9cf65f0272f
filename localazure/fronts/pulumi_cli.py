"""Runs the real Pulumi CLI and engine against local Azure: `agent-network engine -- pulumi up`.

Owns the environment in which a command runs: the plugins on PATH, and a backend, a passphrase and a home of its own
under `.localazure/`, with the stacks that the project has files for. Nothing in it reaches a network, and the files
of the project are left as they are. Untested on Windows.
"""

import os
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from localazure.ambient_credentials import credentials_error
from localazure.fronts import cli_wrapper
from localazure.fronts.cli_wrapper import run_in_foreground
from localazure.fronts.launchers import write_launcher
from localazure.fronts.packages import PACKAGES, PLUGIN, WORLD

NOT_FOUND = 127
"""Exit code for a command that is not found, as in a shell."""

USAGE = 2
"""Exit code for a command line without a command."""

_SELECTED = "dev"
_STARTUP = str(Path(__file__).parent / "startup")

# The folder from which Python imports the plugin's module.
_SOURCE = str(Path(__file__).parents[PLUGIN.count(".")])

# Read by startup/sitecustomize.py, which is not part of a package.
_STARTUP_VARIABLES = {"LOCALAZURE_PLUGIN": PLUGIN, "LOCALAZURE_SOURCE": _SOURCE}

# What would lead the CLI to another backend, or lock its state with another passphrase:
# https://www.pulumi.com/docs/iac/cli/environment-variables/ (Nov 2026).
_FOREIGN = frozenset({"PULUMI_ACCESS_TOKEN", "PULUMI_API", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_OPTION_CONFIG_FILE"})


def run(command: str | Sequence[str]) -> int:
    """Run a command, given as words or a line for the shell, with Pulumi set up for local Azure; return its exit code.

    A command that is refused does not run: one line on standard error has the reason.
    """
    workspace = _Workspace(Path.cwd())
    cli = shutil.which("pulumi", path=_without(workspace.launchers, os.environ.get("PATH", os.defpath)))
    refusal = _refusal(command, workspace.root)
    if refusal is not None:
        return _refused(*refusal)
    if cli is None:
        return _refused(
            "pulumi: not found on PATH; install the CLI (https://www.pulumi.com/docs/iac/download-install/),"
            " or run `agent-network preview`, which does not need the CLI",
            NOT_FOUND,
        )
    environment = workspace.environment(os.environ, cli)
    failure = workspace.prepare(cli, environment)
    if failure:
        return _refused(failure, 1)
    if isinstance(command, str):
        return run_in_foreground(command, environment)
    found = shutil.which(command[0], path=environment["PATH"])
    if found is None:
        return _refused(f"{command[0]}: not found on PATH", NOT_FOUND)
    return run_in_foreground([found, *command[1:]], environment)


def _refusal(command: str | Sequence[str], root: Path) -> tuple[str, int] | None:
    credentials = credentials_error(os.environ)
    if credentials is not None:
        return credentials, 1
    if not command:
        return "no command is given; give a command, as in `agent-network engine -- pulumi up`", USAGE
    if not (root / "Pulumi.yaml").exists():
        return f"{root}: no Pulumi.yaml here; run this in the folder of the project", 1
    return None


class _Workspace:
    """Files in the folder `.localazure/` that runs of the real Pulumi engine need, for the project at `root`."""

    def __init__(self, root: Path) -> None:
        self.launchers = root / ".localazure" / "bin"
        self.root = root
        self._world = root / ".localazure" / "engine.json"
        pulumi = root / ".localazure" / "pulumi"
        self._home = pulumi / "home"
        self._state = pulumi / "state"
        self._passphrase = pulumi / "passphrase"
        self._copies = pulumi / "stacks"
        self._salts = self._copies / cli_wrapper.SALTS

    def environment(self, outside: Mapping[str, str], cli: str) -> dict[str, str]:
        """Return the environment variables of a command, made from the variables of this process in `outside`."""
        path = [str(self.launchers), str(Path(sys.executable).parent), outside.get("PATH", os.defpath)]
        return {name: value for name, value in outside.items() if name not in _FOREIGN} | {
            "PATH": os.pathsep.join(path),
            WORLD: str(self._world),
            cli_wrapper.CLI: cli,
            cli_wrapper.COPIES: str(self._copies),
            **_STARTUP_VARIABLES,
            "PULUMI_BACKEND_URL": self._state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self._passphrase),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            # the encryption of a local stack is in its state, not in the project's stack files
            "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
            "PULUMI_HOME": str(self._home),
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
            # `pulumi stack rm` would delete the project's stack file
            "PULUMI_OPTION_PRESERVE_CONFIG": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_SUPPRESS_NEO_LINK": "true",
            "PYTHONPATH": os.pathsep.join([_STARTUP, *filter(None, [outside.get("PYTHONPATH")])]),
        }

    def prepare(self, cli: str, environment: Mapping[str, str]) -> str:
        """Create the files and stacks that an engine run needs; return the Pulumi CLI's error, or an empty string."""
        for folder in (self.launchers, self._home, self._state, self._salts):
            folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._home.parent / "lock"):
            self._make_passphrase()
            self._make_launchers()
            return self._make_stacks(cli, environment)

    def _make_passphrase(self) -> None:
        if not self._passphrase.exists():
            # readable by nobody else from the first byte on
            with os.fdopen(os.open(self._passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))

    def _make_launchers(self) -> None:
        write_launcher(self.launchers / "pulumi", ["-P", cli_wrapper.__file__])
        for package in PACKAGES:
            name = f"pulumi-resource-{package}"
            installed = self._home / "plugins" / f"resource-{package}-v{version(f'pulumi-{package}')}"
            # also in the CLI's folder of plugins: it warns, several times a run, of each that it finds on PATH alone
            for folder in (self.launchers, installed):
                arguments = ["-P", "-m", PLUGIN, package]
                write_launcher(folder / name, arguments, {"PYTHONPATH": _SOURCE}, {WORLD: str(self._world)})

    def _make_stacks(self, cli: str, environment: Mapping[str, str]) -> str:
        """Create a Pulumi stack for every stack file that has no stack yet."""
        present = {path.stem for path in self._state.glob(".pulumi/stacks/*/*.json")}
        wanted = {path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in self.root.glob("Pulumi.*.yaml")}
        shutil.copyfile(self.root / "Pulumi.yaml", self._salts / "Pulumi.yaml")
        for stack in sorted(wanted - present):
            failure = self._pulumi([cli, "stack", "init", stack, "--no-select"], self._salts, environment)
            if failure:
                return failure
        if _SELECTED in wanted and not any(self._home.glob("workspaces/*.json")):
            return self._pulumi([cli, "stack", "select", _SELECTED], self.root, environment)
        return ""

    @staticmethod
    def _pulumi(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
        done = subprocess.run(  # noqa: S603 (the CLI that was found on PATH)
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        return "" if done.returncode == 0 else f"{shlex.join(command)}: {done.stderr.strip()}"


def _without(folder: Path, path: str) -> str:
    return os.pathsep.join(each for each in path.split(os.pathsep) if Path(each) != folder)


def _refused(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code
