"""Announcements: which of them the public sees at a moment."""

from watchkeeper.core.announcement import Announcement, display


def written(
    identity: str, starts_at: int | None = None, expires_at: int | None = None
) -> Announcement:
    return Announcement(
        id=identity, title="t", text="x", at=100, starts_at=starts_at, expires_at=expires_at
    )


ALL = [written("first"), written("later", starts_at=200), written("brief", 150, 200)]


def shown(at: int) -> list[str]:
    return [one.id for one in display(ALL, at).shown]


def test_announcements_are_shown_between_their_times_the_newest_first() -> None:
    assert shown(100) == ["first"]
    assert shown(150) == ["brief", "first"]
    assert shown(199) == ["brief", "first"]
    assert shown(200) == ["later", "first"]


def test_a_display_knows_between_which_moments_it_holds_also_when_the_clock_is_set_back() -> None:
    between = display(ALL, 160)
    assert [between.holds(at) for at in (149, 150, 199, 200)] == [False, True, True, False]
    assert display(ALL, 300).holds(10**15)
    assert display([], 5).holds(-1)


def test_an_announcement_bears_the_date_at_which_it_may_first_be_seen() -> None:
    assert [one.shown_from for one in ALL] == [100, 200, 150]
