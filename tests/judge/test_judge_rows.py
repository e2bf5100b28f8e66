"""What a process has read of the page: who lives, in which order, and who is called otherwise."""

from functools import partial

import pytest

from tests.house import DEAD, house
from tests.judge.judge_rows import PAGE, branch, changes, notice
from tests.loop import in_loop
from watchkeeper.judge.rows import NOTHING, Changes, Rows, read_changes
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.tree import Branch


def replica(no: int, position: int = 0, gone_at: int | None = None) -> ReplicaRow:
    return ReplicaRow(no=no, node_no=1, key=str(no), position=position, gone_at=gone_at)


def read(*all_changes: Changes) -> Rows:
    rows = Rows()
    for one in all_changes:
        rows.take(one)
    return rows


def keys(branches: list[Branch]) -> list[str]:
    return [one.key for one in branches]


def test_nothing_is_known_before_anything_was_read() -> None:
    rows = Rows()
    assert (rows.page, rows.revision, rows.living_services()) == (None, NOTHING, [])
    assert (rows.nodes_of(1), rows.replicas_of(1), rows.announcements()) == ([], [], [])


def test_all_is_in_the_order_of_the_page_and_then_of_coming() -> None:
    rows = read(
        changes(
            services=[branch(3, "c", position=1), branch(2, "b"), branch(1, "a")],
            nodes=[branch(2, "y", position=1), branch(3, "z"), branch(1, "x", position=1)],
            replicas=[replica(1, position=2), replica(3), replica(2)],
            notices=[notice(2, "second"), notice(1, "first")],
        )
    )
    assert keys(rows.living_services()) == ["a", "b", "c"]
    assert keys(rows.nodes_of(1)) == ["z", "x", "y"]
    assert [row.no for row in rows.replicas_of(1)] == [2, 3, 1]
    assert [one.title for one in rows.announcements()] == ["first", "second"]


def test_who_is_gone_lives_no_longer_and_who_returns_does() -> None:
    there = changes(
        services=[branch(1, "web")],
        nodes=[branch(1, "api")],
        replicas=[replica(1)],
        notices=[notice(1, "soon")],
    )
    gone = changes(
        services=[branch(1, "web", gone_at=5)],
        nodes=[branch(1, "api", gone_at=5)],
        replicas=[replica(1, gone_at=5)],
        notices=[notice(1, "soon", gone_at=5)],
    )
    for all_changes, living in (([there, gone], 0), ([there, gone, there], 1)):
        rows = read(*all_changes)
        lists = (rows.living_services(), rows.nodes_of(1), rows.replicas_of(1))
        assert [len(one) for one in (*lists, rows.announcements())] == [living] * 4


@pytest.mark.parametrize(
    ("then", "is_named"),
    [
        (branch(1, "api", status=DEAD, label="API", position=9), False),
        (branch(1, "rest"), True),
        (branch(1, "api", gone_at=5), True),
        (branch(2, "other"), True),
    ],
    ids=["changed", "renamed", "gone", "new"],
)
def test_only_who_comes_goes_or_is_renamed_is_called_otherwise(
    then: Branch, *, is_named: bool
) -> None:
    before, after = ([one, branch(9, "as before")] for one in (branch(1, "api"), then))
    assert read(changes(services=before)).take(changes(services=after)) is is_named
    assert read(changes(nodes=before)).take(changes(nodes=after)) is is_named


def test_a_replica_that_comes_calls_no_service_and_no_node_otherwise() -> None:
    rows = read(changes(services=[branch(1, "web")], nodes=[branch(1, "api")]))
    assert not rows.take(changes(PAGE._replace(revision=2), replicas=[replica(1)]))
    assert rows.revision == 2


@in_loop
async def test_only_what_changed_is_read_and_everything_where_the_page_is_behind(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        known = home.follower.view.revision
        await home.look("web:api:1", DEAD)

        async def found(after: int) -> tuple[int, int, list[str]]:
            job = partial(read_changes, page_no=home.page_no, after=after)
            new = await home.store.read(job)
            return new.after, len(new.services), [row.key for row in new.replicas]

        latest = home.follower.view.revision
        assert await found(known) == (known, 1, ["1"])
        assert await found(latest) == (latest, 0, [])
        for whole in (NOTHING, latest + 1):
            after, services, replicas = await found(whole)
            assert (after, services, sorted(replicas)) == (NOTHING, 1, ["1", "2"])
