"""Tests of the display of text from outside: control and formatting characters never leave the program."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from safe_text.display import escaped_lines, visible, visible_values

HOSTILE = "x\x1b[1A\x1b[2K\u202e\u2066\r\n\x00\x9b\u2028\ufeff\U000e0041y"


def moves_nothing(text: str) -> bool:
    return not any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in text)


@given(st.text(st.characters(exclude_characters="\u200c\u200d")))
def test_visible_text_has_no_control_or_format_characters_except_zero_width_joiners(text: str) -> None:
    assert moves_nothing(visible(text))


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M"])))
def test_visible_text_keeps_letters_and_symbols_of_every_script(text: str) -> None:
    assert visible(text) == text


def test_visible_text_shows_hidden_characters_as_escapes() -> None:
    assert visible("a\nb\x1b\u202e") == r"a\nb\x1b\u202e"
    assert visible("\U0001f469\u200d\U0001f4bb") == "\U0001f469\u200d\U0001f4bb"


def test_visible_values_escape_hidden_characters_in_every_text_of_a_document() -> None:
    found = visible_values({HOSTILE: [HOSTILE, (HOSTILE, 1, None)], "b": {"c": HOSTILE}})

    assert found == {visible(HOSTILE): [visible(HOSTILE), (visible(HOSTILE), 1, None)], "b": {"c": visible(HOSTILE)}}


def test_escaped_lines_keep_only_line_breaks_tabs_and_colours_of_the_control_characters() -> None:
    assert escaped_lines("\x1b[31mred\x1b[0m\n\tnext\x1b[2K\u202e") == "\x1b[31mred\x1b[0m\n\tnext\\x1b[2K\\u202e"
