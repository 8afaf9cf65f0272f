"""Writes to standard output and to files, with one-line errors for closed pipes and full disks.

A stream may be closed, a pipe may have lost its reader, a disk may be full, an encoding may lack a character: none of
them is an internal error.
"""

import codecs
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO, cast

from cli.errors import CommandError, os_error_text
from safe_text.display import escaped_lines

__all__ = ["discard_output", "print_error", "print_text", "safe_streams", "write_file"]

_ASCII = {"·": ".", "…": "...", "×": "x", "✗": "x", "→": "->", "\u2013": "-", "\u2014": "-", "\u2019": "'"} | {
    "└": "+",
    "├": "+",
    "─": "-",
    "│": "|",
}
_REPLACE = "agent-network-ascii"


def _replacement(error: UnicodeError) -> tuple[str, int]:
    """Return the nearest ASCII text for characters that an output's encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    escaped = (_ASCII.get(one, one.encode("ascii", "backslashreplace").decode("ascii")) for one in text)
    return "".join(escaped), error.end


@contextmanager
def safe_streams() -> Generator[None]:
    """Make the standard streams replace characters that they cannot encode, until the block ends."""
    before = sys.stdout, sys.stderr
    codecs.register_error(_REPLACE, _replacement)
    for name in ("stdout", "stderr"):
        stream = cast("TextIO | None", getattr(sys, name))
        if stream is None:  # closed before the process began, as by `>&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (for the whole run)
        elif hasattr(stream, "reconfigure"):
            cast("TextIOWrapper", stream).reconfigure(errors=_REPLACE)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def print_text(text: str) -> None:
    """Print a text to standard output.

    A reader that has seen enough (`| head`) is not an error.

    Raises:
        CommandError: the text cannot be written, as on a full disk.
    """
    try:
        sys.stdout.write(f"{escaped_lines(text)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
    except OSError as error:
        discard_output()
        raise CommandError(f"standard output: cannot be written: {os_error_text(error)}") from None


def print_error(message: str) -> None:
    """Print one error to standard error, with the prefix `error:`."""
    text = escaped_lines(message.removeprefix("error: "))
    with suppress(OSError, ValueError):
        sys.stderr.write(f"error: {text}\n")
        sys.stderr.flush()


def write_file(path: Path, text: str) -> None:
    """Write a file atomically, and create the folders above it.

    Raises:
        CommandError: it cannot be written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a device such as /dev/null, or a named pipe
            path.write_text(text, "utf-8")
            return
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(text)
        _give_usual_mode(temporary, path)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        file = next((one for one in path.parents if one.exists() and not one.is_dir()), None)
        reason = os_error_text(error) if file is None else f"{file} is not a folder"
        raise CommandError(f"{path}: cannot be written: {reason}") from None


def _give_usual_mode(temporary: Path, path: Path) -> None:
    """Give a new file the permissions of the file that it replaces, or the default permissions."""
    mask = os.umask(0)
    os.umask(mask)
    temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask)


def discard_output() -> None:
    """Discard buffered output, so that the interpreter does not fail at exit.

    "Note on SIGPIPE", Python's documentation of `signal`.
    """
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
