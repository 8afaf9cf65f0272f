"""Runs one command line, and converts every error into a message and an exit code."""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence

import typer

from cli.app import PROGRAM, application, global_options_first
from cli.environment import DEBUG, NO_CACHE, is_on
from cli.errors import CommandError, is_reported, os_error_text
from cli.exit_codes import ExitCode
from cli.output import discard_output, print_error, safe_streams

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    before = {name: os.environ.get(name) for name in (DEBUG, NO_CACHE)}
    with safe_streams():
        try:
            return _invoked(arguments)
        finally:
            _restore(before)


def _invoked(arguments: Sequence[str]) -> int:
    try:
        return int(
            typer.main.get_command(application())(
                global_options_first(arguments), prog_name=PROGRAM, standalone_mode=False
            )
            or 0
        )
    except typer.TyperException as error:
        return _misused(error)
    except (KeyboardInterrupt, typer.Abort):
        print_error("interrupted")
        return ExitCode.INTERRUPTED
    except SystemExit as error:  # a pipe that closed while the help was printed
        return error.code if isinstance(error.code, int) else ExitCode.OK
    except OSError as error:  # a full disk, a file without permission: of the machine, not of this program
        discard_output()
        return _failed(CommandError(f"{_subject(error)}: {os_error_text(error)}"))
    except Exception as error:  # noqa: BLE001 (the one handler around every command)
        return _failed(error)


def _subject(error: OSError) -> str:
    """Return the file or the stream for which the operating system reported an error."""
    if error.filename:
        return str(error.filename)
    # Help is the one text that Typer prints itself, by a function of this name.
    is_help = any(frame.name == "echo" for frame in traceback.extract_tb(error.__traceback__))
    return "standard output: cannot be written" if is_help else "input or output"


def _misused(error: typer.TyperException) -> int:
    """Print the error of an invalid command line, with the command for help, and return the exit code."""
    context = getattr(error, "ctx", None)
    print_error(error.format_message())
    if context is not None:
        sys.stderr.write(f"usage and examples: {context.command_path} --help\n")
    return ExitCode.UNANSWERED


def _failed(error: Exception) -> int:
    """Print an error that ended a command, and return the exit code."""
    shows_traceback = is_on(DEBUG)
    if shows_traceback:
        traceback.print_exception(error)
    if is_reported(error):
        print_error(str(error))
        return ExitCode.UNANSWERED
    print_error(
        f"internal error: {type(error).__name__}: {error}\n"
        f"This is a fault of {PROGRAM}, not of your project. Please report it with the command"
        + ("." if shows_traceback else f" and the traceback, which {DEBUG}=1 or `{PROGRAM} --debug …` shows.")
    )
    return ExitCode.INTERNAL


def _restore(before: Mapping[str, str | None]) -> None:
    """Restore the environment variables that command line options changed."""
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
