from rig.evidence import Evidence, gather
from rig.history import Dropped, Event, Health, History, Looked

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
