"""The clock: stored times in UTC, printed times where people are."""

import time

import pytest

from contest.store.clock import later, local, now


def test_later_is_later_in_text_order_too():
    assert now() < later(1) < later(100_000)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no tzset")
def test_a_printed_time_is_local_with_its_offset(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        assert local("2026-11-20T10:47:18.124564Z") == "2026-11-20 18:47:18 +08:00"
    finally:
        monkeypatch.undo()
        time.tzset()
