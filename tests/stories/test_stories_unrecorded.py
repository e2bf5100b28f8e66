"""Days on which the disk fails."""

import os
import threading

import pytest

from tests.house import DEAD, HEALTHY
from tests.loop import in_loop
from tests.story import story

ONE, TWO = "web:api:1", "web:api:2"


@in_loop
async def test_a_death_that_cannot_be_recorded_is_told_after_half_a_minute(url: str) -> None:
    async with story(url) as day:
        await day.until("1:00")
        day.store.refuses = True
        await day.look(ONE, DEAD, at="1:02", why="refused")
        await day.until("1:25")
        assert day.said == []
        await day.until("2:00")
        assert day.said == [f"1:31 changed dead {ONE}"]
        assert day.messages[0].is_unrecorded
        assert day.messages[0].reasons == {ONE: "refused"}
        assert day.unrecorded.exists()


@in_loop
async def test_a_short_refusal_says_nothing_and_loses_nothing(url: str) -> None:
    async with story(url) as day:
        await day.until("0:59")
        day.store.refuses = True
        await day.look(ONE, DEAD, at="1:00")
        await day.until("1:20")
        day.store.refuses = False
        await day.look(ONE, DEAD, at="1:21")
        await day.until("3:00")
        assert day.said == [f"1:21 changed dead {ONE}"]


@in_loop
async def test_what_was_said_without_a_record_is_put_right_once_there_is_one(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, HEALTHY, at="0:59")
        day.store.refuses = True
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="2:00")
        day.store.refuses = False
        await day.look(TWO, DEAD, at="2:10")
        await day.until("6:00")
        assert day.said[0] == f"1:30 changed dead {ONE} {TWO}"
        assert [one.told for one in day.messages[1].resumed] == [True]
        assert str(day.messages[1].resumed[0].replica) == ONE
        assert day.messages[-1].replicas == day.messages[0].replicas[1:]
        assert not day.unrecorded.exists()


@in_loop
async def test_the_disk_is_waited_for_in_a_thread_and_before_anything_is_said(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(url) as day:
        await day.until("1:00")
        synced: list[tuple[bool, list[str]]] = []

        def sync(_: int) -> None:
            is_loops = threading.current_thread() is threading.main_thread()
            synced.append((is_loops, list(day.said)))

        monkeypatch.setattr(os, "fsync", sync)
        day.store.refuses = True
        await day.look(ONE, DEAD, at="1:02")
        await day.until("2:00")
        assert synced == [(False, [])]
        assert day.said == [f"1:31 changed dead {ONE}"]
