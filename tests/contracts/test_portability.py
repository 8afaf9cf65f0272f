"""Tests that product code uses no module, function, signal or path that exists only on POSIX systems.

Nobody tests on Windows; this keeps out what is certain to fail there.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from hatch_build import PACKAGE, ROOMS

REPOSITORY = Path(__file__).parents[2]
PRODUCT = (PACKAGE, *ROOMS)
PROGRAMS = ("hatch_build.py",)

# The standard library's documentation, "Availability: Unix": https://docs.python.org/3.13/library/ (Nov 2026).
MODULES = frozenset(
    {"crypt", "curses", "fcntl", "grp", "nis", "ossaudiodev", "pipes", "posix", "pty", "pwd", "readline", "resource"}
    | {"spwd", "syslog", "termios", "tty"}
)
# The functions of `os` that Windows lacks. Those named exec… exist there, but do not replace the process: the shell
# goes on as if the command had ended.
FUNCTIONS = frozenset(
    {"chown", "chroot", "ctermid", "fchdir", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid"}
    | {"getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority", "getresuid", "getsid", "getuid", "initgroups"}
    | {"killpg", "lchown", "lockf", "major", "minor", "mkfifo", "mknod", "nice", "openpty", "pathconf", "pipe2"}
    | {"posix_spawn", "posix_spawnp", "pread", "pwrite", "sched_getaffinity", "setegid", "seteuid", "setgid"}
    | {"setpgid", "setpriority", "setsid", "setuid", "statvfs", "sysconf", "tcgetpgrp", "uname", "wait", "wait3"}
    | {"wait4", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "WNOHANG"}
)
SIGNALS = frozenset(
    {"SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGIO", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP"}
    | {"SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGWINCH", "alarm", "pause", "pthread_kill"}
    | {"pthread_sigmask", "setitimer", "siginterrupt", "sigwait"}
)
PATHS = ("/bin/", "/dev/", "/etc/", "/proc/", "/tmp", "/usr/", "/var/", "bin/python")  # noqa: S108 (looked for)

# By file and what is found in it: the reason that it is right there.
EXCEPTIONS = {
    ("components/agents/pod_spec.py", "/tmp"): "a folder in a container of Linux, not on this machine",  # noqa: S108
    ("cli/revision.py", "os.killpg"): "used where `os` has it; elsewhere the process is killed without its children",
    ("cli/revision.py", "signal.SIGKILL"): "only together with `os.killpg`",
    (
        "release/engine/interruption.py",
        "os.killpg",
    ): "used where `os` has it; elsewhere the command alone gets the signal",
    ("localazure/fronts/launchers.py", "/bin/"): "the first line of a launcher on POSIX; Windows gets a batch file",
}


@cache
def files() -> tuple[Path, ...]:
    folders = (path for room in PRODUCT for path in (REPOSITORY / room).rglob("*.py"))
    return (*(REPOSITORY / name for name in PROGRAMS), *sorted(folders))


def found_in(text: str) -> Iterator[str]:
    """Return everything in the text of a module that exists only on POSIX systems."""
    tree = ast.parse(text)
    docstrings = {id(value) for value in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            if node.module.partition(".")[0] in MODULES:
                yield node.module
            yield from (found for alias in node.names for found in _attribute(node.module, alias.name))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from _attribute(node.value.id, node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield from (path for path in PATHS if path in f" {node.value}" and "://" not in node.value)


def _attribute(module: str, name: str) -> Iterator[str]:
    is_function = module == "os" and (name in FUNCTIONS or name.startswith(("exec", "spawn")))
    if is_function or (module == "signal" and name in SIGNALS):
        yield f"{module}.{name}"


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """Return every string that is a statement: the docstrings of modules, functions, classes and attributes."""
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))


def uses(path: Path) -> set[tuple[str, str]]:
    name = path.relative_to(REPOSITORY).as_posix()
    return {(name, found) for found in found_in(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_product_modules_use_no_posix_only_modules_functions_signals_or_paths_except_listed_ones(path: Path) -> None:
    assert uses(path) - set(EXCEPTIONS) == set(), "use filelock, subprocess, sys.executable or tempfile instead"


def test_every_portability_exemption_is_still_needed() -> None:
    assert set(EXCEPTIONS) - {use for path in files() for use in uses(path)} == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import fcntl", {"fcntl"}),
        ("def late():\n    from fcntl import flock", {"fcntl"}),
        ("import os\nos.fork()", {"os.fork"}),
        ("from os import execve", {"os.execve"}),
        ("import signal\nsignal.signal(signal.SIGKILL, end)", {"signal.SIGKILL"}),
        ('words = ["/bin/sh", "-c"]', {"/bin/"}),
        ('text = f"{root}/bin/python -m x"', {"/bin/", "bin/python"}),
        ('path = Path("/tmp/x")', {"/tmp"}),  # noqa: S108 (looked for)
        ('"""A file such as /dev/null."""', set[str]()),
        ('page = "https://example.com/usr/x"', set[str]()),
        ("import os\nos.getppid(); os.kill(1, 2)", set[str]()),
        ("import signal\nsignal.SIGTERM", set[str]()),
    ],
)
def test_portability_check_detects_posix_only_names_and_paths(text: str, expected: set[str]) -> None:
    assert set(found_in(text)) == expected
