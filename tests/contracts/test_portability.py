"""Product code uses no module, function or path of POSIX alone."""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ROOMS = ("access", "agent_network", "cli", "components", "localazure", "manifest", "policies", "release")
MODULES = {"crypt", "fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
FUNCTIONS = {"chown", "fork", "getgid", "geteuid", "getuid", "killpg", "mkfifo", "setsid"}
PATHS = ("/bin/", "/dev/", "/etc/", "/proc/", "/tmp/", "/usr/", "/var/")  # noqa: S108 (paths to look for)

# Launchers are shell scripts on POSIX only; Windows gets batch files.
EXEMPT = {("localazure/fronts/launchers.py", "/bin/sh")}


def posix_only(path: Path) -> list[str]:
    """Every use of a POSIX module, function or path in a module, by line."""
    name = path.relative_to(REPOSITORY).as_posix()
    uses = [(node.lineno, use) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for use in used(node)]
    return [
        f"{name}:{line} {use}" for line, use in sorted(uses) if (name, use.removeprefix("#!").split()[0]) not in EXEMPT
    ]


def used(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [one.name for one in names if one.name in MODULES]
        case ast.ImportFrom(module=str(module), level=0):
            return [module] if module in MODULES else []
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return [f"os.{name}"] if name in FUNCTIONS or name.startswith(("exec", "spawn")) else []
        case ast.Constant(value=str(text)):
            return [text.strip()] if text.removeprefix("#!").startswith(PATHS) else []
        case _:
            return []


@pytest.mark.parametrize("room", ROOMS)
def test_room_uses_nothing_of_posix_alone(room: str) -> None:
    found = [use for path in sorted((REPOSITORY / room).rglob("*.py")) for use in posix_only(path)]

    assert not found, "\n".join(found)


def test_posix_uses_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.REPOSITORY", tmp_path)
    path = tmp_path / "module.py"
    path.write_text("import fcntl\nfrom pwd import x\nos.execve()\nos.fork()\na = '/tmp/x'\nb = '/subscriptions/x'\n")

    assert [use.split(" ", 1)[0] for use in posix_only(path)] == [f"module.py:{line}" for line in (1, 2, 3, 4, 5)]
