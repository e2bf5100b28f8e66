from watchkeeper.core.name import ReplicaName
from watchkeeper.core.room import Room
from watchkeeper.watch.crowd import NEVER, Crowd, Turn

ROOM = Room(most=4, long_ms=1_000)


def turn(key: str) -> Turn:
    return Turn(ReplicaName("web", "api", key), 0)


def begun(crowd: Crowd, now: int) -> str:
    """Who begins now, by their keys."""
    keys = ""
    while one := crowd.next(now):
        keys += one.name.replica
    return keys


def crowd_of(keys: str, now: int = 0) -> Crowd:
    crowd = Crowd(ROOM)
    for key in keys:
        crowd.come(turn(key))
    begun(crowd, now)
    return crowd


def given_up(crowd: Crowd, now: int) -> str:
    return "".join(name.replica for name in crowd.grow(now))


def test_looks_begin_in_the_order_of_their_coming_while_there_is_room() -> None:
    crowd = crowd_of("")
    for key in "abcdef":
        crowd.come(turn(key))
    assert begun(crowd, 0) == "abcd"
    crowd.leave(turn("b"), 10)
    assert begun(crowd, 10) == "e"


def test_who_comes_again_before_its_look_ended_has_missed_that_turn() -> None:
    crowd = crowd_of("a")
    crowd.come(turn("a"))
    assert begun(crowd, 0) == ""
    crowd.leave(turn("a"), 10)
    assert begun(crowd, 10) == ""


def test_of_those_that_grow_long_half_the_room_may_stay_and_the_others_make_way() -> None:
    crowd = crowd_of("abcd")
    assert given_up(crowd, 999) == ""
    assert given_up(crowd, 1_000) == "cd"
    assert given_up(crowd, 1_001) == ""


def test_who_made_way_waits_until_its_half_has_a_place() -> None:
    crowd = crowd_of("abcd")
    for key in given_up(crowd, 1_000):
        crowd.leave(turn(key), 1_000)
    crowd.come(turn("e"))
    assert begun(crowd, 1_000) == "e"
    crowd.leave(turn("a"), 31_000)
    assert begun(crowd, 31_000) == "c"


def test_a_replica_that_hung_before_takes_no_place_of_those_that_do_not() -> None:
    crowd = crowd_of("abc")
    for key in "abc":
        crowd.grow(2_000)
        crowd.leave(turn(key), 2_000)
        crowd.come(turn(key))
    crowd.come(turn("d"))
    assert begun(crowd, 2_000) == "dab"


def test_one_that_was_quick_again_is_like_all_others() -> None:
    crowd = crowd_of("a")
    crowd.grow(1_000)
    crowd.leave(turn("a"), 1_000)
    crowd.come(turn("a"))
    begun(crowd, 2_000)
    assert crowd.next_long() >= NEVER  # known as long from its start
    crowd.leave(turn("a"), 2_010)
    crowd.come(turn("a"))
    begun(crowd, 3_000)
    assert crowd.next_long() == 4_000


def test_in_a_room_where_nobody_makes_way_all_may_end_their_looks() -> None:
    crowd = crowd_of("abcd")
    crowd.adopt(Room(most=4, makes_way=False), set())
    assert given_up(crowd, 60_000) == ""
