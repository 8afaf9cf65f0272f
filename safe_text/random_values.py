"""Detection of randomly generated texts, as opposed to names, versions, paths and sentences.

Random characters change between small letters, capitals and digits far more often than the words of a name do, so
that they consist of many short words.
"""

import math
import re
from collections import Counter

__all__ = ["has_random_letters", "has_random_part", "is_hexadecimal_key", "is_random_token"]

_RUN = re.compile(r"[A-Za-z0-9]{8,}")
_LETTERS = re.compile(r"[A-Za-z]{6,}")
_DATE_OR_NUMBER = re.compile(r"[0-9]+|v?20[0-9]{6}[a-z]*")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_SHORT_RUN, _LONG_RUN = 10, 16
_WORDS_IN_SHORT, _WORDS = 0.45, 0.3
"""Number of words per character from which a short or a longer run counts as random; names have about 0.2."""
_LETTERS_AT_RANDOM, _FEWEST_LETTERS = 12, 9
_COMMON_PAIRS_OF_WORDS = 0.5
"""Share of common pairs of letters from which a run of letters reads like words; random letters have about 0.25."""
_COMMON_PAIRS_OF_SHORT_WORDS = 0.43
"""The same share for several runs with other characters between them, which abbreviations are, too."""
_COMMON_PAIRS_OF_CODES = 0.35
"""The same share for a run with digits, in which a name has whole words, too."""
_PAIRS = frozenset(
    re.findall(
        "..",
        "thheineranrendonenatouedhatooritishiesngstartesementtiveofalleasrocoderariioiclieaelnelamallcenoomurustahoso"
        "siettrchcaecbelopeunacssemilwadinsowlyrswishaiolnautgeadidopotctietsagivmoposublprnitumiamboapabdafifogrimke"
        "luncooplqurtryscspulumupucubudvaviwoigirevckiaayeyexauclcrdrgignrdrkrmskslttpabudogompkieeefif",
    )
)
"""Pairs of letters that are common in English words."""
_ENTROPY_OF_TOKENS, _ENTROPY_OF_HEX = 4.0, 2.0
_WHOLE_KEY, _FEW_DIGITS, _FEW_PAIRS = 32, 3, 5
_KEY_DIGITS = (32, 64, 76, 96, 128)
"""Numbers of hexadecimal digits of keys of Azure and of other vendors; 40 is the length of a git commit."""

# The marks by which Pulumi recognises special values in documents: its SDK's `pulumi.runtime.rpc`, 3.272.
_MARKS_OF_PULUMI = frozenset(
    {
        "4dabf18193072939515e22adb298388d",
        "0def7320c3a5731c473e5ecbe6d01bc7",
        "1b47061264138c4ac30d75fd1eb44270",
        "5cf8f73096256a8f31e491e813e4eb8e",
        "c44067f5952c0a294b673a41bacd8c17",
        "d0e6a833031e9bbcd3f4e8bde6ca49a4",
    }
)


def has_random_part(text: str) -> bool:
    """Return True if a part of a value looks random, so that the value may be a key instead of a name."""
    runs = [run for run in _RUN.findall(text) if not _DATE_OR_NUMBER.fullmatch(run)]
    if any(map(_is_random_run, runs)):
        return True
    if has_random_letters(text):
        return True
    # base64 and its variants split a key into shorter runs.
    joined = re.sub(r"[^A-Za-z0-9]", "", text)
    return len(joined) >= _LONG_RUN and _mixes_cases_and_digits(joined) and _words_per_character(joined) >= _WORDS


def has_random_letters(text: str) -> bool:
    """Return True if the letters of a text in one case, in one word or in several, do not read like words."""
    runs = _LETTERS.findall(text)
    together = " ".join(runs)
    if not (together.islower() or together.isupper()) or len(together) < (
        _FEWEST_LETTERS if len(runs) == 1 else _LONG_RUN
    ):
        return False
    limit = _COMMON_PAIRS_OF_WORDS if len(runs) == 1 else _COMMON_PAIRS_OF_SHORT_WORDS
    return _common_pairs(together.lower()) < limit


def is_random_token(token: str) -> bool:
    """Return True if a long text looks random: all classes of characters, little repetition."""
    joined = re.sub(r"[^A-Za-z0-9]", "", token)
    is_mixed = _mixes_cases_and_digits(joined) and _words_per_character(joined) >= _WORDS
    return is_mixed and _entropy(token) >= _ENTROPY_OF_TOKENS


def is_hexadecimal_key(token: str) -> bool:
    """Return True if a text has only hexadecimal digits and the length of a key."""
    is_hex = (
        token not in _MARKS_OF_PULUMI
        and len(token) in _KEY_DIGITS
        and _HEX.fullmatch(token) is not None
        and not token.isdigit()
    )
    return is_hex and _entropy(token) > _ENTROPY_OF_HEX


def _is_random_run(run: str) -> bool:
    size = len(run)
    if size < _SHORT_RUN:
        return False
    if run.isalpha() and (run.islower() or run.isupper()):
        return size >= _LETTERS_AT_RANDOM and _common_pairs(run.lower()) < _COMMON_PAIRS_OF_WORDS
    if _HEX.fullmatch(run) and size >= _LONG_RUN and not run.isdigit():
        return True
    if size >= _WHOLE_KEY and sum(map(str.isdigit, run)) >= _FEW_DIGITS and not run.isdigit():
        return True  # base32 has few digits
    if size >= _LONG_RUN and (run.islower() or run.isupper()) and _common_pairs(run.lower()) < _COMMON_PAIRS_OF_CODES:
        return True
    return _words_per_character(run) >= (_WORDS if size >= _LONG_RUN else _WORDS_IN_SHORT)


def _words_per_character(run: str) -> float:
    """Return the number of words in a text, split at digits and capitals, divided by its length."""
    return len(_WORD.findall(run)) / len(run)


def _common_pairs(run: str) -> float:
    """Return the share of the pairs of adjacent letters that are common in English words; 1 if there are few pairs."""
    pairs = [run[at : at + 2] for at in range(len(run) - 1) if run[at : at + 2].isalpha()]
    return sum(pair in _PAIRS for pair in pairs) / len(pairs) if len(pairs) >= _FEW_PAIRS else 1.0


def _mixes_cases_and_digits(text: str) -> bool:
    return all(re.search(each, text) for each in ("[a-z]", "[A-Z]", "[0-9]"))


def _entropy(text: str) -> float:
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
