"""Tests of today's date of a run, which an environment variable can set."""

from datetime import UTC, date, datetime

import pytest

from safe_text.current_date import TODAY, InvalidDateError, current_date


def test_current_date_is_that_of_the_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TODAY, "2027-02-28")

    assert current_date() == date(2027, 2, 28)


@pytest.mark.parametrize("written", ["tomorrow", "2027-02-29", "28.2.2027"])
def test_environment_variable_without_a_date_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv(TODAY, written)

    with pytest.raises(InvalidDateError, match=f"AGENT_NETWORK_TODAY is '{written}', which is not a date"):
        current_date()


def test_current_date_without_the_environment_variable_is_that_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return datetime(2031, 1, 2, 23, tzinfo=UTC)

    monkeypatch.delenv(TODAY)
    monkeypatch.setattr("safe_text.current_date.datetime", Clock)

    assert current_date() == date(2031, 1, 2)
