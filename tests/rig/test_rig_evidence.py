from rig.evidence import SHORTEST_MS, SLACK_MS, Evidence, gather
from rig.history import Dropped, Event, Health, History, Looked, Reported

API = "looked:a:api"


def dead(*moments: int) -> list[Event]:
    return [Looked(at, at, API, Health.DEAD) for at in moments]


def evidence(*events: Event) -> Evidence:
    return gather(History(list(events)), processes=1)[API]


def test_who_the_file_names_no_more_may_be_called_back_whatever_looks_say() -> None:
    died = dead(1_000, 2_000, 3_000)
    late = dead(3_600)
    assert not evidence(*died, *late).may_return(3_610)
    assert evidence(*died, Dropped(3_500, API), *late).may_return(3_610)


def test_who_was_named_again_and_died_is_dead() -> None:
    known = evidence(*dead(1_000, 2_000, 3_000), Dropped(3_500, API), *dead(9_000, 9_100, 9_200))
    assert known.last_sure(before=10_000, dead=True) == 9_200
    assert not known.may_return(10_000)


def reported(at: int, acked: int) -> Reported:
    return Reported(at, acked, API, Health.HEALTHY, 1, "place", "200")


def test_a_report_that_came_just_too_late_ends_a_silence_that_there_was() -> None:
    over = 1_000 + SHORTEST_MS
    known = evidence(reported(1_000, 1_002), reported(over + 1, over + 5))
    assert known.may_die(over)
    assert not known.may_die(over + 10)


def test_nobody_is_silent_whose_report_was_acknowledged_in_time() -> None:
    over = 1_000 + SHORTEST_MS
    known = evidence(reported(1_000, 1_002), reported(over - SLACK_MS - 20, over - SLACK_MS))
    assert not known.may_die(over)


def test_a_report_that_came_in_the_very_moment_of_a_silence_does_not_deny_it() -> None:
    over = 1_000 + SHORTEST_MS
    known = evidence(reported(1_000, 1_002), reported(over - SLACK_MS, over))
    assert known.may_die(over)


def test_an_answer_within_the_slack_does_not_deny_what_was_before_it() -> None:
    died = Reported(1_000, 1_010, API, Health.DEAD, 1, "place", "200")
    known = evidence(died, reported(1_990, 2_005))
    assert known.may_die(1_990)
    assert not known.may_die(2_005 + SLACK_MS)
