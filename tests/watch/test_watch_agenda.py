from watchkeeper.core.name import ReplicaName
from watchkeeper.watch.agenda import TICK_MS, Agenda
from watchkeeper.watch.crowd import Turn


def turn(replica: str, due: int) -> Turn:
    return Turn(ReplicaName("web", "api", replica), due)


def test_nobody_is_due_in_an_empty_agenda() -> None:
    assert Agenda().next_due() is None
    assert list(Agenda().come(1_000_000)) == []


def test_who_is_due_comes_at_the_end_of_the_tick_and_never_before_its_time() -> None:
    agenda = Agenda([turn("a", TICK_MS + 1)])
    assert agenda.next_due() == 2 * TICK_MS
    assert list(agenda.come(2 * TICK_MS - 1)) == []
    assert list(agenda.come(2 * TICK_MS)) == [turn("a", TICK_MS + 1)]


def test_a_turn_at_the_end_of_a_tick_waits_for_no_other_tick() -> None:
    assert Agenda([turn("a", 3 * TICK_MS)]).next_due() == 3 * TICK_MS


def test_those_of_one_tick_come_together_and_earlier_ticks_first() -> None:
    agenda = Agenda([turn("c", 5_000), turn("a", 1_001), turn("b", 1_002)])
    assert [one.name.replica for one in agenda.come(5_000)] == ["a", "b", "c"]
    assert agenda.next_due() is None


def test_who_comes_may_be_entered_for_a_later_tick_at_once() -> None:
    agenda = Agenda([turn("a", 1_000)])
    for one in agenda.come(1_000):
        agenda.add(one._replace(due=one.due + 1_000))
    assert list(agenda.come(1_999)) == []
    assert list(agenda.come(2_000)) == [turn("a", 2_000)]
