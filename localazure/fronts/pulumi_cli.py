"""The real Pulumi engine on local Azure: `agent-network engine -- pulumi up`.

Owns the surroundings in which a command runs: the plugins on PATH, and a backend, a passphrase and a home of its own
under `.localazure/`, with the stacks that the project has files for. Nothing in them reaches a network, and the files
of the project are left as they are. Knows nothing of what the command does.
"""

import fcntl
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from localazure.ambient_credentials import complaint
from localazure.fronts import plugin
from localazure.fronts import stack_file_copies as stack_files
from localazure.fronts.plugin import PACKAGES, WORLD

NOT_FOUND = 127
"""The exit code where the Pulumi CLI is missing: what a shell answers for a command that it does not find."""

USAGE = 2
"""The exit code where no command is given."""

_SELECTED = "dev"
_STARTUP = str(Path(__file__).parent / "startup")

# The module of the plugin by the name that it has here, which is a longer one in an installed package; and the folder
# from which Python imports it by this name.
_PLUGIN = plugin.__name__
_SOURCE = str(Path(__file__).parents[_PLUGIN.count(".")])

# Read by startup/sitecustomize.py, which is no module of a package.
_STARTUP_VARIABLES = {"LOCALAZURE_PLUGIN": _PLUGIN, "LOCALAZURE_SOURCE": _SOURCE}

# What would lead the CLI to another backend, or lock its state with another passphrase:
# https://www.pulumi.com/docs/iac/cli/environment-variables/ (Nov 2026).
_FOREIGN = frozenset({"PULUMI_ACCESS_TOKEN", "PULUMI_API", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_OPTION_CONFIG_FILE"})


def run(command: str | Sequence[str]) -> int:
    """Become `command` (a line for the shell, or its words) with the engine set up for local Azure.

    Returns only where that is refused: the exit code, after one line that says why.
    """
    room = _Room(Path.cwd())
    cli = shutil.which("pulumi", path=_without(room.launchers, os.environ.get("PATH", os.defpath)))
    refusal = _refusal(command, room.root)
    if refusal is not None:
        return _refused(*refusal)
    if cli is None:
        return _refused(
            "pulumi: not found on PATH; install the CLI (https://www.pulumi.com/docs/iac/download-install/),"
            " or run `make preview`, which does without it",
            NOT_FOUND,
        )
    environment = room.environment(os.environ, cli)
    failure = room.furnish(cli, environment)
    if failure:
        return _refused(failure, 1)
    words = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
    found = shutil.which(words[0], path=environment["PATH"])
    if found is None:
        return _refused(f"{words[0]}: not found on PATH", NOT_FOUND)
    return _become(found, words, environment)


def _refusal(command: str | Sequence[str], root: Path) -> tuple[str, int] | None:
    credentials = complaint(os.environ)
    if credentials is not None:
        return credentials, 1
    if not command:
        return 'no command is given; give one, as in `make engine CMD="pulumi up"`', USAGE
    if not (root / "Pulumi.yaml").exists():
        return f"{root}: no Pulumi.yaml here; run this in the folder of the project", 1
    return None


class _Room:
    """What engine runs of the project at `root` keep under `.localazure/`."""

    def __init__(self, root: Path) -> None:
        self.launchers = root / ".localazure" / "bin"
        self.root = root
        self._world = root / ".localazure" / "engine.json"
        pulumi = root / ".localazure" / "pulumi"
        self._home = pulumi / "home"
        self._state = pulumi / "state"
        self._passphrase = pulumi / "passphrase"
        self._copies = pulumi / "stacks"
        self._salts = self._copies / stack_files.SALTS

    def environment(self, outside: Mapping[str, str], cli: str) -> dict[str, str]:
        """What a command finds around it, made of the environment `outside`."""
        path = [str(self.launchers), str(Path(sys.executable).parent), outside.get("PATH", os.defpath)]
        return {name: value for name, value in outside.items() if name not in _FOREIGN} | {
            "PATH": os.pathsep.join(path),
            WORLD: str(self._world),
            stack_files.CLI: cli,
            stack_files.COPIES: str(self._copies),
            **_STARTUP_VARIABLES,
            "PULUMI_BACKEND_URL": self._state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self._passphrase),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            # the project's stack files say nothing of how its stacks are encrypted here; the state does
            "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
            "PULUMI_HOME": str(self._home),
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
            # `pulumi stack rm` would delete the project's stack file
            "PULUMI_OPTION_PRESERVE_CONFIG": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_SUPPRESS_NEO_LINK": "true",
            "PYTHONPATH": os.pathsep.join([_STARTUP, *filter(None, [outside.get("PYTHONPATH")])]),
        }

    def furnish(self, cli: str, environment: Mapping[str, str]) -> str:
        """Make whatever is missing; answers the words of the CLI where it fails."""
        for folder in (self.launchers, self._home, self._state, self._salts):
            folder.mkdir(parents=True, exist_ok=True)
        with (self._home.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file closes, whatever happens
            self._make_passphrase()
            self._make_launchers()
            return self._make_stacks(cli, environment)

    def _make_passphrase(self) -> None:
        if not self._passphrase.exists():
            # readable by nobody else from the first byte on
            with os.fdopen(os.open(self._passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))

    def _make_launchers(self) -> None:
        _launcher(self.launchers / "pulumi", f"exec {_python('-P', stack_files.__file__)}")
        for package in PACKAGES:
            name = f"pulumi-resource-{package}"
            call = (
                f"{WORLD}=${{{WORLD}:-{shlex.quote(str(self._world))}}} PYTHONPATH={shlex.quote(_SOURCE)}"
                f" exec {_python('-P', '-m', _PLUGIN, package)}"
            )
            _launcher(self.launchers / name, call)
            # also where the CLI installs plugins: it warns, several times a run, of each that it finds on PATH alone
            _launcher(self._home / "plugins" / f"resource-{package}-v{version(f'pulumi-{package}')}" / name, call)

    def _make_stacks(self, cli: str, environment: Mapping[str, str]) -> str:
        """Make a stack for every stack file that has none yet."""
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


def _python(*arguments: str) -> str:
    return shlex.join([sys.executable, *arguments])


def _launcher(path: Path, call: str) -> None:
    text = f'#!/bin/sh\n{call} "$@"\n'
    if path.exists() and path.read_text("utf-8") == text:
        return  # another run may be starting it right now
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def _become(program: str, words: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    sys.stdout.flush()
    os.execve(program, list(words), environment)  # noqa: S606 (the command that the user typed)


def _without(folder: Path, path: str) -> str:
    return os.pathsep.join(each for each in path.split(os.pathsep) if Path(each) != folder)


def _refused(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code
