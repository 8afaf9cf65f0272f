"""Strict JSON: refuses what Python's own reader accepts and another reader may understand in another way.

A member that occurs twice, `NaN` and `Infinity`, and numbers beyond the range of a double are refused. Two readers of
the same text would otherwise disagree: one takes the first `aud` of a token, the other the last.
"""

import json
import math
from typing import Any, Final, NoReturn


class JsonTextError(ValueError):
    """A text is not strict JSON; the message never quotes the text."""


def parse_json(text: bytes | str) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the value of a JSON text; raises `JsonTextError` if the text is not strict JSON in UTF-8."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except JsonTextError as error:
        reason = str(error)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at position {error.pos}"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError:
        reason = "a number has too many digits"
    raise JsonTextError(reason)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonTextError("an object has a member twice")
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise JsonTextError("a number is too large")
    return number


def _constant(_name: str) -> NoReturn:
    raise JsonTextError("NaN and Infinity are not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=_finite, parse_constant=_constant)
