"""The end of a command's help: examples to copy."""

__all__ = ["examples"]


def examples(*lines: str) -> str:
    r"""Examples as the epilog of a command; `\b` keeps their lines as they are."""
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])
