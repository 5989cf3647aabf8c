"""What a busy server says of asking later, and how long that is waited for."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.retrying import ATTEMPTS, LONGEST_WAIT, Busy, Patience, read_busy


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, {"retry-after": "7"}, Busy(429, 7.0)),
        (503, {"retry-after": " 0 "}, Busy(503, 0.0)),
        (503, {}, Busy(503)),
        (429, {"ratelimit": '"api";r=0;t=55'}, Busy(429, 55.0)),
        (503, {"retry-after": "soon"}, Busy(503)),
        (503, {"retry-after": "-1"}, Busy(503)),
        (503, {"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}, Busy(503, 0.0)),
        (502, {"retry-after": "9" * 40}, Busy(502)),
        (404, {"retry-after": "7"}, None),
        (200, {}, None),
    ],
)
def test_what_an_answer_says_of_asking_later(
    status: int, headers: dict[str, str], expected: Busy | None
) -> None:
    assert read_busy(status, headers) == expected


def test_a_date_is_counted_from_now() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    busy = read_busy(503, {"retry-after": later})
    assert busy is not None
    assert busy.seconds == pytest.approx(40, abs=5)


@given(st.integers(400, 599), st.text(max_size=30), st.text(max_size=30))
def test_any_header_is_read(status: int, after: str, limit: str) -> None:
    busy = read_busy(status, {"retry-after": after, "ratelimit": limit})
    assert busy is None or busy.seconds is None or busy.seconds >= 0


def wait(patience: Patience, busy: Busy | None, told: list[str]) -> bool:
    return asyncio.run(patience.wait(busy, told.append))


def test_it_is_given_up_after_some_failures_in_a_row() -> None:
    patience, told = Patience(0.0), list[str]()
    assert [wait(patience, None, told) for _ in range(ATTEMPTS)] == [True] * (ATTEMPTS - 1) + [
        False
    ]
    patience.succeed()
    assert wait(patience, Busy(503, 0.0), told)
    assert told == []


def test_a_wait_is_said_and_too_long_a_wait_is_not_taken() -> None:
    told: list[str] = []
    assert wait(Patience(0.0), Busy(429, 1.0), told)
    assert told == ["waiting 1 s before the hub is asked again (it answered 429)"]
    assert not wait(Patience(0.0), Busy(429, LONGEST_WAIT + 1), told)
    assert len(told) == 1
