"""What is renamed goes on under its new name, whoever bore that name before."""

from dataclasses import replace

from tests.house import DEAD, House, house, plan
from tests.loop import in_loop
from watchkeeper.core.plan import Plan

TWO = plan({"web:old": ("1",), "web:new": ("1",), "web:other": ("1",)})
REMOVED = plan({"web:old": ("1",), "web:other": ("1",)})
NODES = "SELECT key, gone_at IS NULL FROM node WHERE key <> 'other' ORDER BY no"


def renamed(wanted: Plan, was: str, key: str) -> Plan:
    """The plan *wanted* with its node, or its service, *was* under another *key*."""
    services = []
    for service in wanted.services:
        nodes = [
            replace(node, key=key, was=was) if node.key == was else node for node in service.nodes
        ]
        is_it = service.key == was
        services.append(
            replace(
                service,
                key=key if is_it else service.key,
                was=was if is_it else "",
                nodes=tuple(nodes),
            )
        )
    return replace(wanted, services=tuple(services), digest=f"{wanted.digest}{was}{key}")


async def transitions(home: House, key: str) -> int:
    """How many changes the living node *key* had, replica by replica."""
    [(count,)] = await home.rows(
        "SELECT COUNT(*) FROM transition t JOIN replica r ON r.no = t.subject_no"
        " JOIN node n ON n.no = r.node_no WHERE t.kind = 'replica' AND n.gone_at IS NULL"
        " AND n.key = ?",
        key,
    )
    return int(count)


@in_loop
async def test_a_node_takes_its_history_along_to_a_name_that_was_removed_before(
    store_url: str,
) -> None:
    async with house(store_url, TWO) as home:
        await home.look("web:old:1", DEAD)
        await home.adopt(REMOVED)
        assert await home.rows(NODES) == [("old", True), ("new", False)]
        before = await transitions(home, "old")
        await home.adopt(renamed(REMOVED, "old", "new"))
        [renewed, removed] = await home.rows(NODES)
        assert renewed == ("new", True)
        assert removed[0].startswith("new\n"), "a key that no file can spell"
        assert not removed[1]
        assert home.status("web:new:1") is DEAD
        assert await transitions(home, "new") == before > 0
        assert len(await home.said()) == 1, "a rename is no news"


@in_loop
async def test_a_service_takes_its_nodes_along_to_a_name_that_was_removed_before(
    store_url: str,
) -> None:
    both = plan({"old:api": ("1",), "new:api": ("1",), "web:api": ("1",)})
    alone = plan({"old:api": ("1",), "web:api": ("1",)})

    async with house(store_url, both) as home:
        await home.look("old:api:1", DEAD)
        await home.adopt(alone)
        await home.adopt(renamed(alone, "old", "new"))
        assert home.status("new:api:1") is DEAD
        keys = await home.rows("SELECT key FROM service WHERE gone_at IS NULL ORDER BY key")
        assert keys == [("new",), ("web",)]


@in_loop
async def test_a_name_before_that_stays_in_the_file_renames_nothing_twice(store_url: str) -> None:
    async with house(store_url, REMOVED) as home:
        after = renamed(REMOVED, "old", "new")
        await home.adopt(after)
        before = await home.rows("SELECT no, key, gone_at FROM node ORDER BY no")
        await home.adopt(replace(after, digest="another"))
        assert await home.rows("SELECT no, key, gone_at FROM node ORDER BY no") == before


@in_loop
async def test_one_that_was_removed_is_revived_where_nobody_takes_its_name(store_url: str) -> None:
    async with house(store_url, TWO) as home:
        await home.adopt(REMOVED)
        await home.adopt(TWO)
        assert await home.rows(NODES) == [("old", True), ("new", True)]


@in_loop
async def test_a_rename_onto_a_removed_name_removes_nobody_and_needs_no_force(
    store_url: str,
) -> None:
    async with house(store_url, plan({"web:old": ("1",), "web:new": ("1",)})) as home:
        alone = plan({"web:old": ("1",)})
        await home.adopt(alone)
        await home.adopt(renamed(alone, "old", "new"))
        assert [living for _, living in await home.rows(NODES)] == [True, False]
