"""Writes launchers: small scripts that start a Python module under the name of a command.

Owns their form: a shell script on POSIX, a `.cmd` file on Windows, which is untested.
"""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_launcher(
    path: Path,
    arguments: Sequence[str],
    variables: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> None:
    """Write a script that starts a Python module with this Python interpreter.

    Args:
        path: the launcher, without a suffix.
        arguments: arguments of the interpreter, before those of the command line.
        variables: environment variables to set.
        defaults: environment variables to set if they are empty or missing.
    """
    if os.name == "nt":
        path, text = path.with_name(f"{path.name}.cmd"), _batch(arguments, variables or {}, defaults or {})
    else:
        text = _shell(arguments, variables or {}, defaults or {})
    if path.exists() and path.read_text("utf-8") == text:
        return  # another run may be starting it right now
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def _shell(arguments: Sequence[str], variables: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    settings = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    settings += [f"{name}=${{{name}:-{shlex.quote(value)}}}" for name, value in defaults.items()]
    line = " ".join([*settings, "exec", shlex.join([sys.executable, *arguments]), '"$@"'])
    return f"#!/bin/sh\n{line}\n"


def _batch(arguments: Sequence[str], variables: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    lines = ["@echo off"]
    lines += [f'set "{name}={value}"' for name, value in variables.items()]
    lines += [f'if not defined {name} set "{name}={value}"' for name, value in defaults.items()]
    words = " ".join(f'"{word}"' for word in (sys.executable, *arguments))
    return "\r\n".join([*lines, f"{words} %*", ""])
