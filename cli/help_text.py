"""Formats the examples at the end of a command's help."""

__all__ = ["examples"]


def examples(*lines: str) -> str:
    r"""Return example commands as text for the end of a command's help, one on each line."""
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])
