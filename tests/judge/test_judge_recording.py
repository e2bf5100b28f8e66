"""Recording: an operator hears of a store that refuses, and not of one that hesitates."""

import pytest

from watchkeeper.core.moment import Moment
from watchkeeper.judge.recording import LASTING_MS, Recording
from watchkeeper.store.errors import StoreRefused

FULL = StoreRefused("the disk is full")
NOON = 1_795_262_400_000


def at(steady: int) -> Moment:
    return Moment(steady=steady, at=NOON + steady)


def test_a_store_that_goes_on_refusing_is_said_once_and_so_is_its_return(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recording = Recording()
    for steady in (0, LASTING_MS, 2 * LASTING_MS):
        recording.refused(at(steady), FULL)
    recording.worked()
    recording.worked()
    assert caplog.messages == [
        "nothing can be kept: the disk is full",
        "what is decided is kept again",
    ]


def test_a_store_that_refuses_for_a_moment_is_not_said(caplog: pytest.LogCaptureFixture) -> None:
    recording = Recording()
    recording.refused(at(0), FULL)
    recording.worked()
    recording.refused(at(LASTING_MS), FULL)
    recording.worked()
    assert caplog.messages == []


def test_recording_is_paused_from_the_first_refusal_on_once_that_lasts() -> None:
    recording = Recording()
    recording.refused(at(0), FULL)
    assert recording.paused_at == 0
    recording.refused(at(LASTING_MS), FULL)
    assert recording.paused_at == NOON
    recording.worked()
    assert recording.paused_at == 0
