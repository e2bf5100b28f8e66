"""When a voice was last heard is remembered for a while, and for no longer."""

from tests.house import REPORTER, FakeClock, name
from watchkeeper.judge import arrivals
from watchkeeper.judge.arrivals import Arrivals


def test_reports_of_one_voice_in_one_millisecond_have_moments_in_their_order() -> None:
    heard = Arrivals(FakeClock())
    voice, other = (name("web:push:1"), REPORTER), (name("web:push:2"), REPORTER)
    moments = [heard.moment(voice, 5), heard.moment(voice, 5), heard.moment(voice, 4)]
    assert moments == [5, 6, 7]
    assert heard.moment(other, 5) == 5


def test_one_that_was_not_taken_stands_in_nobodys_way() -> None:
    heard = Arrivals(FakeClock())
    voice = (name("web:push:1"), REPORTER)
    heard.moment(voice, 5)
    heard.forget(voice, 5)
    assert heard.moment(voice, 5) == 5


def test_one_that_was_not_taken_lets_nobody_overtake_the_next_of_its_voice() -> None:
    heard = Arrivals(FakeClock())
    voice = (name("web:push:1"), REPORTER)
    assert [heard.moment(voice, 5), heard.moment(voice, 5)] == [5, 6]
    heard.forget(voice, 5)
    assert heard.moment(voice, 5) == 7


def test_replicas_that_come_and_go_for_ever_are_not_remembered_for_ever() -> None:
    clock = FakeClock()
    heard = Arrivals(clock)
    for number in range(50_000):
        heard.moment((name(f"web:push:{number}"), REPORTER), clock.steady())
        clock.pass_ms(100)
    assert len(heard) <= 10_000 + 1


def test_whoever_may_still_be_on_the_way_is_remembered_however_many_they_are() -> None:
    clock = FakeClock()
    heard = Arrivals(clock)
    for number in range(30_000):
        heard.moment((name(f"web:push:{number}"), REPORTER), clock.steady())
    clock.pass_ms(arrivals.PAST_MS - 1)
    assert heard.moment((name("web:push:0"), REPORTER), 1_000_000) == 1_000_001
