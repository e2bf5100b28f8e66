"""The words for programs: `/status/text` and `/status/report`, exactly as Vigil's."""

from dataclasses import replace

import pytest

from tests.web.public.states import (
    BLIND,
    BLIND_DEAD,
    DEAD,
    HEALTHY,
    PENDING,
    SICK,
    Kind,
    node,
    page,
    replica,
    service,
)
from tests.web.world import NOON, PLAN, World, believed, get, run, serving
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Maintenance
from watchkeeper.core.report import Report
from watchkeeper.core.state import PageState
from watchkeeper.core.status import Status
from watchkeeper.web.public.rendition import Rendition
from watchkeeper.web.public.status import Summary
from watchkeeper.web.request import Request

SITE = ReplicaName("internal", "site", "tcp://127.0.0.1:8126")


def said(rendition: Rendition) -> str:
    return rendition.answer(Request(b"GET", {}, 0, 0)).body.decode()


def summary(state: PageState) -> Summary:
    return Summary(World(given=state).front())


def of_kinds(*kinds: Kind) -> PageState:
    return page(service(node(*(replica(n, kind) for n, kind in enumerate(kinds)))))


def test_5_1_the_report_has_vigils_keys_in_their_order_and_no_more() -> None:
    dead = {SITE: Report(status=Status.DEAD)}
    assert said(summary(believed(PLAN, dead)).report()) == (
        '{"health":"dead",'
        '"page":{"name":"Golden Status","url":"https://status.example.com/"},'
        '"probes":['
        '{"name":"Relay nodes","status":"healthy","nodes":['
        '{"name":"Visitor <realtime> sockets","status":"healthy","replicas":[]}]},'
        '{"name":"Internal nodes","status":"dead","nodes":['
        '{"name":"Private gateway","status":"healthy","replicas":[]},'
        '{"name":"Site","status":"dead","replicas":["healthy","dead"]}]},'
        '{"name":"Plugin nodes","status":"healthy","nodes":['
        '{"name":"Script","status":"healthy","replicas":["healthy"]}]}]}'
    )


def test_5_1_lists_are_empty_where_there_is_nothing_and_never_null() -> None:
    assert '"replicas":[]' in said(summary(page(service(node()))).report())
    assert '"nodes":[]' in said(summary(page(service())).report())
    assert said(summary(page()).report()).endswith('"probes":[]}')


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        ([], "healthy"),
        ([HEALTHY, HEALTHY], "healthy"),
        ([HEALTHY, SICK], "sick"),
        ([SICK, DEAD], "dead"),
        ([PENDING], "healthy"),
        ([BLIND], "sick"),
        ([BLIND_DEAD], "dead"),
    ],
)
def test_5_the_word_is_one_of_three_whatever_a_replica_stands_on(
    kinds: list[Kind], word: str
) -> None:
    summed = summary(of_kinds(*kinds))
    assert said(summed.word()) == word
    assert said(summed.report()).startswith(f'{{"health":"{word}",')


def test_a_service_that_did_not_change_is_not_written_again() -> None:
    world = World(given=believed(PLAN, {}))
    summed = Summary(world.front())
    before = summed.report()
    assert summed.report() is before
    world.given = believed(PLAN, {SITE: Report(status=Status.SICK)})
    assert summed.report() is not before


@run
async def test_5_the_word_follows_each_change_at_once() -> None:
    world = World()
    async with serving(world) as server:
        for status in (Status.DEAD, Status.SICK, Status.HEALTHY):
            world.given = believed(PLAN, {SITE: Report(status=status)})
            assert (await get(server, "/status/text")).text == status.word


@run
async def test_5_the_report_may_be_read_by_pages_elsewhere() -> None:
    async with serving(World()) as server:
        for path in ("/status/report", "/status/text"):
            reply = await get(server, path, Origin="https://other.example")
            assert reply.headers["access-control-allow-origin"] == "*"


@run
async def test_5_whoever_keeps_a_status_asks_each_time_whether_it_is_still_true() -> None:
    async with serving(World()) as server:
        for path in ("/", "/status/text", "/status/report", "/badge/icon"):
            assert (await get(server, path)).headers["cache-control"] == "no-cache"


@run
async def test_5_a_query_changes_nothing() -> None:
    async with serving(World()) as server:
        for path in ("/", "/status/text", "/status/report/", "/badge/icon", "/robots.txt"):
            asked, plain = await get(server, f"{path}?v=1.29.0&x"), await get(server, path)
            assert (asked.status, asked.body) == (200, plain.body)


@run
async def test_the_words_for_programs_know_no_maintenance_as_vigils_do_not() -> None:
    work = Maintenance("New disks", NOON)
    state = page(service(replace(node(replica(1, DEAD)), maintenance=work)))
    async with serving(World(given=state)) as server:
        assert (await get(server, "/status/text")).text == "dead"
        assert (await get(server, "/status/report")).text.count('"dead"') == 4
        assert 'aria-label="dead"' in (await get(server, "/badge/icon")).text
