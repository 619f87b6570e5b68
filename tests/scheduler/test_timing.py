"""When a change is told: digests and quiet hours, also when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.timing import AT_ONCE, Timing, check_cron, parse_quiet, release_at, render_quiet

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Timing(quiet=parse_quiet("22:00-07:00"), zone=BERLIN)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


def test_without_timing_everything_is_told_at_once() -> None:
    assert release_at(AT_ONCE, local("2026-03-02T03:00")) is None


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-03-02T21:59:59", None),
        ("2026-03-02T22:00", "2026-03-03T07:00"),
        ("2026-03-03T03:00", "2026-03-03T07:00"),
        ("2026-03-03T06:59:59", "2026-03-03T07:00"),
        ("2026-03-03T07:00", None),
    ],
)
def test_quiet_hours_end_in_the_morning(now: str, told: str | None) -> None:
    assert release_at(NIGHT, local(now)) == (local(told) if told else None)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
@pytest.mark.parametrize("quiet", ["22:00-07:00", "01:00-02:30", "01:30-03:00", "00:00-02:00", "02:15-02:45"])
def test_what_is_noticed_in_a_night_of_a_clock_change_is_told_together(day: str, quiet: str) -> None:
    """Minute by minute: what is held is told after it was noticed, within the night, at one instant."""
    timing = Timing(quiet=parse_quiet(quiet), zone=BERLIN)
    start = local(f"{day}T12:00")
    told = {release_at(timing, start + timedelta(minutes=n)) for n in range(24 * 60)} - {None}
    skipped = quiet == "02:15-02:45" and day == "2026-03-28"
    assert len(told) == (0 if skipped else 1)


@given(
    st.integers(0, 2 * 366 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
    st.sampled_from(["22:00-07:00", "00:30-23:30", "02:00-03:00", "12:00-13:00"]),
    st.sampled_from([None, "0 8 * * *", "30 2 * * *", "*/10 * * * *", "0 0 1 * *"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_a_release_lies_ahead_outside_of_quiet_hours(now: datetime, quiet: str, digest: str | None, zone: str) -> None:
    timing = Timing(digest, parse_quiet(quiet), ZoneInfo(zone))
    at = release_at(timing, now)
    if at is None:
        assert digest is None
        return
    assert now < at < now + timedelta(days=33)
    start, end = timing.quiet or ()
    clock = at.astimezone(timing.zone).time()
    assert not (start <= clock < end if start < end else clock >= start or clock < end)


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("0 8 * * *", "2026-03-03T08:00"),
        ("0 8 * * 1", "2026-03-09T08:00"),
        ("0 8 * * mon", "2026-03-09T08:00"),
        ("0 8 * * 0", "2026-03-08T08:00"),
        ("0 8 * * 7", "2026-03-08T08:00"),
        ("0 8 * * 0-2", "2026-03-03T08:00"),
        ("0 8 * * 5-7", "2026-03-06T08:00"),
        ("0 8 * * MON-FRI", "2026-03-03T08:00"),
        ("*/20 * * * *", "2026-03-02T10:20"),
        ("@daily", "2026-03-03T00:00"),
    ],
)
def test_a_digest_goes_at_the_next_time_that_cron_would_run(cron: str, told: str) -> None:
    assert release_at(Timing(check_cron(cron), zone=BERLIN), local("2026-03-02T10:00")) == local(told)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe"])
def test_no_midnight_is_missed_in_a_year(zone: str) -> None:
    """APScheduler's own reckoning in such zones misses some."""
    for cron, count in (("0 0 * * *", 365), ("0 0 1 * *", 12)):
        timing, at, days = Timing(cron, zone=ZoneInfo(zone)), datetime(2025, 12, 31, 12, tzinfo=UTC), []
        while len(days) < count:
            at = release_at(timing, at) or at
            days.append(at.astimezone(timing.zone).date())
        assert len(set(days)) == count
        assert (days[0].isoformat(), days[-1].year) == ("2026-01-01", 2026)


@pytest.mark.parametrize("cron", ["0 8 * * *", "30 2 * * *", "0 3 * * *"])
@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_a_daily_digest_goes_once_on_the_day_of_a_clock_change(cron: str, day: str) -> None:
    timing = Timing(cron, zone=BERLIN)
    told = {release_at(timing, local(f"{day}T12:00") + timedelta(minutes=n)) for n in range(24 * 60)}
    assert len({at.astimezone(BERLIN).date() for at in told if at}) == len(told) == 2


@pytest.mark.parametrize("cron", ["", "8", "0 8 * *", "0 8 * * * *", "61 * * * *", "0 8 30 2 *", "x y z a b"])
def test_what_is_no_cron_expression_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match=r"cron|never"):
        check_cron(cron)


@pytest.mark.parametrize("cron", ["0 0 29 2 1", "0 0 29 2 *", "0 0 1 1 mon", "0 0 31 12 sun"])
def test_times_that_do_not_come_every_year_are_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="every year"):
        check_cron(cron)


@pytest.mark.parametrize("cron", ["0 0 31 12 *", "0 0 13 * fri", "0 0 * 2 mon", "@monthly", "* * * * *"])
def test_times_that_come_once_a_year_are_taken(cron: str) -> None:
    assert check_cron(cron) == cron


def test_quiet_hours_are_written_as_they_are_read() -> None:
    assert render_quiet(parse_quiet("22:00-07:30")) == "22:00-07:30"
    for wrong in ("22-7", "22:00-24:00", "07:00-07:00", "22:00 - 07:00", ""):
        with pytest.raises(ValueError, match="write"):
            parse_quiet(wrong)
