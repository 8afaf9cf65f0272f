"""Tokenizer for role assignment conditions.

Owns characters and positions; `access.evaluate.conditions.parser` owns the grammar. A backslash escapes `*` and `?` of
the Like operators, and nothing else is documented ("Azure role assignment condition format and syntax", Special
characters, Microsoft Learn, 2024-04-01): a quote after a backslash may end the string or belong to it, so that such a
condition cannot be read.
"""

import re
from dataclasses import dataclass
from enum import Enum

from access.model.errors import ConditionError


class TokenKind(Enum):
    """Kinds of tokens in a condition."""

    OPEN = "'('"
    CLOSE = "')'"
    OPEN_SET = "'{'"
    CLOSE_SET = "'}'"
    OPEN_LIST = "'['"
    CLOSE_LIST = "']'"
    COMMA = "','"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    ATTRIBUTE = "an attribute"
    STRING = "a string"
    WORD = "a word"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """Token of a condition: its kind, its content without quotes, and its position."""

    kind: TokenKind
    text: str
    position: int


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'[^'\\]*(?:\\.[^'\\]*)*')
      | (?P<attribute>@[A-Za-z]+\s*\[[^\]]*\])
      | (?P<symbol>&&|\|\||[(){}\[\],!])
      | (?P<word>[A-Za-z0-9_+\-][A-Za-z0-9_.:+\-]*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(r"\s*")
_SYMBOLS = {
    "(": TokenKind.OPEN,
    ")": TokenKind.CLOSE,
    "{": TokenKind.OPEN_SET,
    "}": TokenKind.CLOSE_SET,
    "[": TokenKind.OPEN_LIST,
    "]": TokenKind.CLOSE_LIST,
    ",": TokenKind.COMMA,
    "&&": TokenKind.AND,
    "||": TokenKind.OR,
    "!": TokenKind.NOT,
}
_WORDS = {"and": TokenKind.AND, "or": TokenKind.OR, "not": TokenKind.NOT}
_EXCERPT = 24
_ESCAPED_QUOTE = "a quote after a backslash", "expected a string without quotes, as no way to write one is documented"


def tokens_of(text: str) -> list[Token]:
    """Split a condition into tokens, the last of kind END; raise ConditionError where no token begins."""
    found: list[Token] = []
    position = 0
    while match := _TOKEN.match(text, position):
        token = _token(match)
        if token.kind is TokenKind.STRING and (escaped := token.text.find("\\'")) >= 0:
            raise condition_error(text, token.position + 1 + escaped, *_ESCAPED_QUOTE)
        found.append(token)
        position = match.end()
    blank = _BLANK.match(text, position)
    position = blank.end() if blank else position
    if position < len(text):
        raise condition_error(text, position, *_unreadable(text, position))
    found.append(Token(TokenKind.END, "", position))
    return found


def condition_error(text: str, position: int, found: str, expectation: str) -> ConditionError:
    """Return the error for a position in a condition, with an excerpt of the text around it."""
    return ConditionError(position, found, expectation, text[max(0, position - _EXCERPT) : position + _EXCERPT])


def _token(match: re.Match[str]) -> Token:
    group = match.lastgroup or ""
    text = match.group(group)
    position = match.start(group)
    if group == "string":
        return Token(TokenKind.STRING, text[1:-1], position)
    if group == "attribute":
        return Token(TokenKind.ATTRIBUTE, text[1:], position)
    if group == "symbol":
        return Token(_SYMBOLS[text], text, position)
    return Token(_WORDS.get(text.lower(), TokenKind.WORD), text, position)


def _unreadable(text: str, position: int) -> tuple[str, str]:
    """Return the found and the expected text of the error for a position at which no token begins."""
    character = text[position]
    if character == "'":
        return "a string that is never closed", "expected a closing quote"
    if character == "@":
        return "'@'", "expected an attribute of the form @Source[name]"
    return repr(character), "expected a word, a string in straight quotes or a parenthesis"
