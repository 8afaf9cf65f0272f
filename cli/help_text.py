"""Formats the examples at the end of a command's help."""

__all__ = ["examples"]


def examples(*lines: str) -> str:
    r"""Format example commands for the end of a command's help; `\b` keeps line breaks."""
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])
