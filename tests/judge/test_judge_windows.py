from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.house import held, plan
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Maintenance, Window
from watchkeeper.judge.windows import opening

HOUR = 3_600_000
API, PUSH = NodeName("web", "api"), NodeName("web", "push")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def window(text: str, hours: int, rule: str = "", scope: tuple[NodeName, ...] = (API,)) -> Window:
    starts_at = datetime.fromisoformat(text)
    offset = starts_at.utcoffset() or timedelta()
    return Window(
        title=text,
        starts_at=at(text),
        lasts_ms=hours * HOUR,
        repeats=rule,
        offset_ms=int(offset.total_seconds()) * 1000,
        scope=scope,
    )


ONCE = window("2030-01-06T22:00:00+00:00", 2)
SUNDAYS = window("2030-01-06T00:30:00+02:00", 1, "FREQ=WEEKLY;BYDAY=SU")


@pytest.mark.parametrize(
    ("moment", "nodes", "changes"),
    [
        ("2030-01-06T21:59:59+00:00", [], "2030-01-06T22:00:00+00:00"),
        ("2030-01-06T22:00:00+00:00", [API], "2030-01-07T00:00:00+00:00"),
        ("2030-01-06T23:59:59+00:00", [API], "2030-01-07T00:00:00+00:00"),
        ("2030-01-07T00:00:00+00:00", [], None),
    ],
)
def test_a_window_is_open_from_its_start_until_its_end(
    moment: str, nodes: list[NodeName], changes: str | None
) -> None:
    found = opening(held(plan(), ONCE), at(moment))
    assert list(found.nodes) == nodes
    assert found.changes_at == (at(changes) if changes else None)


@pytest.mark.parametrize("days", [0, 7, 700])
def test_a_window_comes_again_on_the_days_of_its_own_offset(days: int) -> None:
    start = at("2030-01-06T00:30:00+02:00") + days * 24 * HOUR
    until_at = start + HOUR
    assert opening(held(plan(), SUNDAYS), start).nodes == {
        API: Maintenance(SUNDAYS.title, until_at)
    }
    assert opening(held(plan(), SUNDAYS), until_at).nodes == {}
    assert opening(held(plan(), SUNDAYS), until_at).changes_at == start + 7 * 24 * HOUR


def test_of_windows_that_overlap_the_one_that_ends_last_is_shown() -> None:
    long = window("2030-01-06T23:00:00+00:00", 9, scope=())
    found = opening(held(plan(), ONCE, long), at("2030-01-06T23:30:00+00:00"))
    assert {name: one.title for name, one in found.nodes.items()} == {
        API: long.title,
        PUSH: long.title,
    }
    assert found.changes_at == at("2030-01-07T00:00:00+00:00")


def test_a_rule_that_ends_leaves_nothing_to_wait_for() -> None:
    twice = window("2030-01-06T00:00:00+00:00", 1, "FREQ=DAILY;COUNT=2")
    assert opening(held(plan(), twice), at("2030-01-07T00:30:00+00:00")).nodes.keys() == {API}
    assert opening(held(plan(), twice), at("2030-01-08T00:30:00+00:00")) == ({}, None)


def test_a_window_by_the_clocks_of_a_place_is_an_hour_earlier_in_summer() -> None:
    nightly = replace(
        window("2030-01-06T02:00:00+01:00", 1, "FREQ=WEEKLY;BYDAY=SU"), zone="Europe/Berlin"
    )
    for start in ("2030-01-13T02:00:00+01:00", "2030-07-07T02:00:00+02:00"):
        assert opening(held(plan(), nightly), at(start) - 1).nodes == {}
        found = opening(held(plan(), nightly), at(start))
        assert found.nodes == {API: Maintenance(nightly.title, at(start) + HOUR)}
        assert found.changes_at == at(start) + HOUR
