"""Parser for conditions of Azure role assignments, version 2.0.

Owns the grammar. Source: Microsoft, "Azure role assignment condition format and syntax" (conditions-format.md,
2023-11-15). AND binds closer than OR, as in Microsoft's own interpreter (GitHub microsoft/regorus,
src/languages/azure_rbac, 2026-08-20); the documentation demands parentheses where both meet, so such a condition is
marked ambiguous. There is no recursion: nesting is a list of open groups, and negation is carried into a group when
it opens.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from access.evaluate.conditions import operators
from access.evaluate.conditions.attributes import SUB_OPERATION, attribute_key
from access.evaluate.conditions.syntax import (
    ActionTest,
    Attribute,
    Combine,
    Comparison,
    Condition,
    Constant,
    ExistsTest,
    Instruction,
    Join,
    SubOperationTest,
    Test,
)
from access.evaluate.conditions.tokens import Token, TokenKind, condition_error, tokens_of
from access.model.attributes import Scalar, Value
from access.model.errors import ConditionError

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_LONGEST_SHOWN = 64
_TEST = "expected an attribute, a value, ActionMatches, SubOperationMatches, Exists, NOT or '('"


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Parse a role assignment's condition; raise ConditionError with the position of the first error."""
    return _Parser(text).condition()


@dataclass(slots=True)
class _Group:
    """Parser state of one open parenthesis of a condition: numbers of operands to join by AND and by OR."""

    position: int
    negated: bool
    ands: int = 0
    ors: int = 0
    mixed: bool = False


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._program: list[Instruction] = []
        self._groups = [_Group(0, negated=False)]
        self._ambiguous = False

    def condition(self) -> Condition:
        """Parse the whole condition into its postfix program."""
        while True:
            self._operand()
            while self._token.kind is TokenKind.CLOSE:
                self._close()
            token = self._next()
            if token.kind is TokenKind.END:
                break
            self._join(token)
        if len(self._groups) > 1:
            raise self._unexpected(token, f"expected ')' for the '(' at character {self._groups[-1].position + 1}")
        self._finish(self._groups[0])
        return Condition(self._text, tuple(self._program), self._ambiguous)

    def _operand(self) -> None:
        """Parse one operand of a condition, with the NOTs and opening parentheses before it."""
        negated = self._groups[-1].negated
        while self._token.kind in {TokenKind.NOT, TokenKind.OPEN}:
            token = self._next()
            if token.kind is TokenKind.NOT:
                negated = not negated
            else:
                self._groups.append(_Group(token.position, negated))
        self._program.append(_negated(self._test(), negated=negated))
        self._groups[-1].ands += 1

    def _join(self, token: Token) -> None:
        group = self._groups[-1]
        if token.kind is TokenKind.AND:
            group.mixed = group.mixed or group.ors > 0
        elif token.kind is TokenKind.OR:
            group.mixed = group.mixed or group.ands > 1
            self._finish_and(group)
        else:
            raise self._unexpected(token, "expected AND, OR, ')' or the end")

    def _close(self) -> None:
        token = self._next()
        if len(self._groups) == 1:
            raise self._unexpected(token, "expected the end, since no '(' is open")
        self._finish(self._groups.pop())
        self._groups[-1].ands += 1

    def _finish(self, group: _Group) -> None:
        self._finish_and(group)
        self._emit(Join.OR, group.ors, negated=group.negated)
        self._ambiguous = self._ambiguous or group.mixed

    def _finish_and(self, group: _Group) -> None:
        self._emit(Join.AND, group.ands, negated=group.negated)
        group.ands = 0
        group.ors += 1

    def _emit(self, join: Join, count: int, *, negated: bool) -> None:
        if count > 1:
            # Under a negation AND and OR are swapped (De Morgan); the tests are negated already.
            swapped = Join.OR if join is Join.AND else Join.AND
            self._program.append(Combine(swapped if negated else join, count))

    def _test(self) -> Test:
        token = self._token
        word = token.text.lower() if token.kind is TokenKind.WORD else ""
        if word in {"actionmatches", "suboperationmatches"}:
            self._next()
            names = self._set_of_strings(token.text)
            return ActionTest(names) if word == "actionmatches" else SubOperationTest(_lowered(names))
        if word in {"exists", "notexists"}:
            self._next()
            return ExistsTest(self._attribute(), negated=word == "notexists")
        return self._comparison()

    def _comparison(self) -> Test:
        left = self._side(_TEST)
        if isinstance(left, bool) and self._token.kind is not TokenKind.WORD:
            return Constant(left)
        quantified, _, bare = self._token.text.rpartition(":")
        token = self._next()
        found = operators.find(bare) if token.kind is TokenKind.WORD else None
        if found is None or (quantified and quantified.lower() not in operators.QUANTIFIERS):
            raise self._unexpected(token, f"expected an operator{_nearest(token)}")
        entry, inverse = found
        right = self._side("expected an attribute or a value")
        if isinstance(left, Attribute) and left.key == SUB_OPERATION and isinstance(right, str | tuple):
            # `SubOperation` is the older form of SubOperationMatches, in the language's preview of 2021.
            names = right if isinstance(right, tuple) else (right,)
            return SubOperationTest(_lowered(tuple(str(name) for name in names)), negated=inverse)
        quantifier = operators.QUANTIFIERS.get(quantified.lower())
        return Comparison(left, entry.name.lower(), right, quantifier, inverse)

    def _side(self, expectation: str) -> Attribute | Value:
        token = self._token
        if token.kind is TokenKind.ATTRIBUTE:
            return self._attribute()
        if token.kind in {TokenKind.OPEN_SET, TokenKind.OPEN_LIST}:
            return self._collection()
        return self._scalar(expectation)

    def _scalar(self, expectation: str) -> Scalar:
        token = self._next()
        if token.kind is TokenKind.STRING:
            return token.text
        if token.kind is not TokenKind.WORD or operators.find(token.text.rpartition(":")[2]):
            raise self._unexpected(token, expectation)
        if token.text.lower() in {"true", "false"}:
            return token.text.lower() == "true"
        # GUIDs are written without quotes; any other word without quotes is read as text.
        return int(token.text) if _INTEGER.fullmatch(token.text) else token.text

    def _collection(self) -> tuple[Scalar, ...]:
        opening = self._next()
        closing = TokenKind.CLOSE_SET if opening.kind is TokenKind.OPEN_SET else TokenKind.CLOSE_LIST
        members: list[Scalar] = []
        while self._token.kind is not closing:
            members.append(self._scalar(f"expected a value or {closing.value}"))
            if self._token.kind is TokenKind.COMMA:
                self._next()
            elif self._token.kind is not closing:
                raise self._unexpected(self._token, f"expected ',' or {closing.value}")
        self._next()
        if not members:
            raise self._unexpected(opening, "expected at least one value between the braces")
        return tuple(members)

    def _set_of_strings(self, of: str) -> tuple[str, ...]:
        token = self._token
        if token.kind is not TokenKind.OPEN_SET:
            raise self._unexpected(token, f"expected '{{' after {of}")
        members = self._collection()
        if not all(isinstance(member, str) for member in members):
            raise self._unexpected(token, f"expected strings between the braces of {of}")
        return tuple(str(member) for member in members)

    def _attribute(self) -> Attribute:
        token = self._next()
        if token.kind is not TokenKind.ATTRIBUTE:
            raise self._unexpected(token, "expected an attribute of the form @Source[name]")
        key = attribute_key(token.text)
        if key is None:
            expectation = "expected @Resource[name], @Request[name], @Principal[name] or @Environment[name]"
            raise self._unexpected(token, expectation)
        return Attribute(key)

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind is not TokenKind.END:
            self._at += 1
        return token

    def _unexpected(self, token: Token, expectation: str) -> ConditionError:
        shown = token.kind.value if token.kind is TokenKind.END else repr(self._text[token.position :][: _shown(token)])
        return condition_error(self._text, token.position, shown, expectation)


def _negated(test: Test, *, negated: bool) -> Test:
    if not negated:
        return test
    if isinstance(test, Constant):
        return Constant(not test.value)
    return replace(test, negated=not test.negated)


def _lowered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _nearest(token: Token) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only an error needs it, and importing costs

    word = token.text.rpartition(":")[2].lower()[:_LONGEST_SHOWN]
    close = get_close_matches(word, operators.NAMES, n=1) if token.kind is TokenKind.WORD else []
    return f" (did you mean {operators.NAMES[close[0]]!r}?)" if close else ""


def _shown(token: Token) -> int:
    """Return the number of characters of a token that an error message quotes."""
    around = {TokenKind.STRING: 2, TokenKind.ATTRIBUTE: 1}.get(token.kind, 0)
    return min(len(token.text) + around, _LONGEST_SHOWN)
