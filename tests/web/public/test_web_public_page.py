"""The page as it is served: its forms, its safety, its truth."""

import asyncio
import gzip
import re
from dataclasses import replace
from html.parser import HTMLParser

from tests.web.world import NOON, PAGE, PLAN, World, believed, get, run, serving, with_labels
from watchkeeper.core.announcement import Announcement
from watchkeeper.core.measure import Measure, Measures
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Maintenance, Plan
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import UNKNOWN, Report
from watchkeeper.core.state import PageState
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.web.public.assets import Assets
from watchkeeper.web.public.page import REST_MS, PublicPage, policy
from watchkeeper.web.public.rendition import Rendition
from watchkeeper.web.request import Request

DEAD = Report(status=Status.DEAD, reason=Reason("refused", "10.0.0.7:443 said no"))
SITE = ReplicaName("internal", "site", "tcp://127.0.0.1:8126")
SOCKET = ReplicaName("relay", "socket-client", "192.168.1.10")
HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{{7*7}}</title>"


class Reader(HTMLParser):
    """Keeps the text between the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def drawn(page: PublicPage) -> Rendition:
    return asyncio.run(page.current())


def html(world: World) -> str:
    page = PublicPage(world.front(), Assets())
    return drawn(page).answer(Request(b"GET", {}, 0, 0)).body.decode()


def text(world: World) -> str:
    """Return what a reader of the page sees, without markup."""
    reader = Reader()
    reader.feed(html(world))
    return re.sub(r"\s+", " ", "".join(reader.words))


def test_the_reason_and_the_time_of_a_death_can_be_read_without_script() -> None:
    page = text(World(reports={SITE: DEAD}))
    assert "Partial outage" in page
    assert "1 of 3 services affected: Internal nodes" in page
    assert "Replica 2 dead since 21 Nov, 12:00 UTC, refused" in page


def test_times_can_be_read_by_machines() -> None:
    assert '<time datetime="2026-11-21T12:00:00Z">' in html(World(reports={SITE: DEAD}))


def test_what_only_operators_may_know_is_not_on_the_page() -> None:
    page = html(World(reports={SITE: DEAD, SOCKET: DEAD}))
    assert "10.0.0.7" not in page
    assert "127.0.0.1" not in page
    assert SOCKET.replica in page, "its node reveals names"


def test_names_stay_hidden_unless_the_node_reveals_them() -> None:
    services = tuple(
        replace(service, nodes=tuple(replace(n, reveal_replica_name=False) for n in service.nodes))
        for service in PLAN.services
    )
    world = World(plan=replace(PLAN, services=services), reports={SOCKET: DEAD})
    assert SOCKET.replica not in html(world)


def announced(*announcements: Announcement) -> World:
    world = World()
    world.given = replace(believed(PLAN, {}), announcements=announcements)
    return world


def test_announcements_are_shown_the_newest_first_with_their_date_and_lines() -> None:
    old = Announcement(id="1", title="Moving", text="one\ntwo\r\nthree", at=NOON)
    new = Announcement(id="2", title="Moved", text="Done.", at=NOON + 60_000)
    page = html(announced(old, new))
    assert "<p>one<br>two<br>three</p>" in page
    assert page.index("Moved") < page.index("21 Nov 2026, 12:01 UTC") < page.index("Moving")


def test_an_announcement_comes_and_goes_at_its_times() -> None:
    times = {"starts_at": NOON + 60_000, "expires_at": NOON + 120_000}
    world = announced(Announcement(id="1", title="Moving", text="x", at=NOON, **times))
    page = PublicPage(world.front(), Assets())
    seen = []
    for _ in range(4):
        seen.append(b"Moving" in drawn(page).answer(Request(b"GET", {}, 0, 0)).body)
        world.clock.now += 59_999
    assert seen == [False, False, True, False]


def test_what_an_operator_or_reporter_writes_cannot_become_markup() -> None:
    name = ReplicaName("relay", "socket-client", HOSTILE)
    plan, news = with_labels(HOSTILE), Announcement(id="1", title=HOSTILE, text=HOSTILE, at=NOON)
    state = replace(believed(plan, {name: DEAD}), announcements=(news,))
    page = html(World(plan=plan, given=state))
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "49" not in re.sub(r'(href|datetime)="[^"]*"', "", page)
    assert HOSTILE in text(World(plan=with_labels(HOSTILE), reports={name: DEAD}))


def test_a_link_that_would_run_script_is_not_made() -> None:
    node = replace(PLAN.services[0].nodes[0], link_url=Url("javascript:alert(1)"), link_label="x")
    service = replace(PLAN.services[0], nodes=(node,))
    page = replace(PAGE, support_url=Url("javascript:alert(1)"))
    assert "javascript" not in html(World(plan=Plan(page=page, services=(service,))))


def test_nothing_on_the_page_is_inline() -> None:
    page = html(World(reports={SITE: DEAD}))
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page)


def test_the_policy_allows_images_of_the_brand_alone() -> None:
    odd = replace(PAGE, icon_url=Url("https://e.example;script-src */i.png"))
    assert "img-src 'self' data: https://example.com;" in policy(odd)
    assert policy(odd).count("script-src") == 1


def test_a_page_without_services_says_so() -> None:
    assert "Nothing is watched yet" in text(World(plan=Plan(page=PAGE, services=())))


def test_a_page_that_nobody_has_reported_to_waits() -> None:
    assert "Waiting for the first reports" in text(World())


def test_a_page_that_is_old_says_so_and_of_when_it_is() -> None:
    assert "Recording is paused" not in text(World())
    paused = "Recording is paused: shown here is what was known on 21 Nov, 12:00 UTC"
    assert paused in text(World(old=True))


def test_the_page_is_rendered_at_most_once_a_second() -> None:
    world = World()
    page = PublicPage(world.front(), Assets())
    first = drawn(page)
    world.given = believed(PLAN, {SITE: DEAD})
    world.clock.now += REST_MS - 1
    assert drawn(page) is first
    world.clock.now += 1
    assert drawn(page) is not first


@run
async def test_all_who_ask_while_the_page_is_drawn_wait_for_the_same_drawing() -> None:
    page = PublicPage(World().front(), Assets())
    assert page.kept() is None
    one, two = await asyncio.gather(page.current(), page.current())
    assert one is two is page.kept()


@run
async def test_the_loop_goes_on_while_the_page_is_drawn() -> None:
    page, turns = PublicPage(World().front(), Assets()), 0
    drawing = asyncio.ensure_future(page.current())
    while not drawing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 2


def test_equal_states_have_equal_tags_in_every_process() -> None:
    states = [believed(PLAN, {SITE: DEAD}) for _ in range(2)]
    tags = [tag_of(state) for state in states]
    assert tags[0] == tags[1] != tag_of(believed(PLAN, {}))


def tag_of(state: PageState) -> str:
    page = PublicPage(World(given=state).front(), Assets())
    return dict(drawn(page).answer(Request(b"GET", {}, 0, 0)).fields)["etag"]


def test_a_change_of_brand_is_shown_though_the_state_is_the_same() -> None:
    world = World()
    page = PublicPage(world.front(), Assets())
    first = drawn(page)
    world.plan = replace(PLAN, page=replace(PAGE, title="New"))
    world.given = believed(PLAN, {})
    world.clock.now += REST_MS
    assert drawn(page) is not first


def test_a_node_that_left_the_plan_reveals_nothing() -> None:
    plan = replace(PLAN, services=())
    world = World(plan=plan, given=believed(PLAN, {SOCKET: DEAD}))
    assert SOCKET.replica not in html(world)


@run
async def test_an_unchanged_page_is_not_sent_again() -> None:
    async with serving(World()) as server:
        for path in ("/", "/status/text", "/status/report"):
            first = await get(server, path)
            tag = first.headers["etag"]
            for asked in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
                again = await get(server, path, If_None_Match=asked)
                assert (again.status, again.body) == (304, b""), asked
                assert again.headers["etag"] == tag
            assert (await get(server, path, If_None_Match='"other"')).status == 200


@run
async def test_a_page_may_be_asked_for_packed() -> None:
    async with serving(World()) as server:
        plain = await get(server, "/")
        assert "content-encoding" not in plain.headers
        assert plain.headers["vary"] == "accept-encoding"
        for accepted in ("gzip", "br, GZIP;q=0.5", "*", "deflate,gzip"):
            packed = await get(server, "/", Accept_Encoding=accepted)
            assert packed.headers["content-encoding"] == "gzip", accepted
            assert gzip.decompress(packed.body) == plain.body
            assert packed.headers["etag"] == plain.headers["etag"]
        for accepted in ("gzip;q=0", "br", "identity", "gzip; q=0.000"):
            reply = await get(server, "/", Accept_Encoding=accepted)
            assert "content-encoding" not in reply.headers, accepted


@run
async def test_the_head_of_a_page_is_that_of_the_page() -> None:
    async with serving(World()) as server:
        for path in ("/", "/status/text", "/status/report", "/health/live", "/robots.txt"):
            whole, head = await get(server, path), await get(server, path, "HEAD")
            assert (head.status, head.body) == (200, b"")
            assert head.headers == whole.headers


@run
async def test_the_files_that_a_page_names_are_there_and_may_be_kept_for_ever() -> None:
    async with serving(World()) as server:
        page = await get(server, "/")
        names = re.findall(r'href="(/static/[^"]+)"', page.text)
        assert len(names) == 2
        for name in names:
            file = await get(server, name)
            assert file.status == 200
            assert file.headers["content-type"] == "text/css; charset=utf-8"
            assert "immutable" in file.headers["cache-control"]


def test_a_service_that_did_not_change_is_not_rendered_again() -> None:
    world = World(given=believed(PLAN, {}))
    page = PublicPage(world.front(), Assets())
    drawn(page)
    before = dict(page.fragments)
    world.given = believed(PLAN, {SITE: DEAD})
    world.clock.now += REST_MS
    drawn(page)
    kept = [key for key, fragment in page.fragments.items() if fragment is before[key]]
    assert kept == ["relay", "plugin"]


def test_an_operators_own_html_stands_in_the_head_as_it_is_and_may_run() -> None:
    own = '<script>count("us & you")</script><meta name="golden" content="yes">'
    plan = replace(PLAN, page=replace(PAGE, custom_html=own))
    head, _, body = html(World(plan=plan)).partition("</head>")
    assert own in head
    assert own not in body
    assert "default-src 'self' https: wss: data: blob: 'unsafe-inline'" in policy(plan.page)
    for told in (policy(plan.page), policy(PAGE)):
        assert "frame-ancestors 'none'" in told
    assert "unsafe" not in policy(PAGE)


def test_each_key_of_branding_is_on_the_page() -> None:
    page = html(World())
    for shown in (
        "· Golden Status</title>",
        "Golden Ltd",
        'name="theme-color" content="#1972F5"',
        'rel="icon" href="https://example.com/icon.png"',
        'property="og:image" content="https://example.com/icon.png"',
        'src="https://example.com/logo.svg"',
        'href="https://example.com/"',
        'href="mailto:support@example.com"',
    ):
        assert shown in page


def under_maintenance(*reports: tuple[ReplicaName, Report]) -> World:
    """A world whose node `internal:site` is worked on."""
    state = believed(PLAN, dict(reports))
    relay, internal, plugin = state.services
    gateway, site = internal.nodes
    site = replace(site, maintenance=Maintenance("<New> disks", NOON + 3_600_000))
    internal = replace(internal, nodes=(gateway, site))
    return World(given=replace(state, services=(relay, internal, plugin)))


def test_what_is_dead_under_maintenance_is_no_outage_on_the_page() -> None:
    page = text(under_maintenance((SITE, DEAD), (SOCKET, Report(status=Status.HEALTHY))))
    assert "Maintenance in progress · Golden Status" in page
    assert "1 of 3 services under maintenance: Internal nodes" in page
    assert "<New> disks, until 21 Nov, 13:00 UTC" in page
    assert "Under maintenance until 21 Nov, 13:00 UTC: <New> disks" in page
    assert "Replica 2 dead since 21 Nov, 12:00 UTC, refused" in page, "the truth stays"
    assert "outage" not in page


def test_what_is_dead_beside_maintenance_is_an_outage_on_the_page() -> None:
    page = text(under_maintenance((SITE, DEAD), (SOCKET, DEAD)))
    assert "Partial outage · Golden Status" in page
    assert "1 of 3 services affected: Relay nodes" in page


def test_flapping_is_said_in_words() -> None:
    state = believed(PLAN, {SITE: DEAD})
    service = state.services[1]
    site = service.nodes[1]
    flapping = replace(site, replicas=tuple(replace(one, flaps=True) for one in site.replicas))
    changed = replace(service, nodes=(flapping,))
    assert "Flapping: replica 1\N{EN DASH}2" in text(
        World(given=replace(state, services=(changed,)))
    )


UP = Report(status=Status.HEALTHY)
UPPER = ReplicaName("internal", "site", "http://127.0.0.1:8126/up")


def measured(**measures: Measure) -> World:
    """A world in which `internal:site` and `relay:socket-client` have numbers."""
    numbers = {
        "internal": {UPPER: measures["up"], SITE: measures["site"]},
        "relay": {SOCKET: measures["socket"]},
    }
    return World(reports={SITE: UP, UPPER: UP, SOCKET: UP}, measures=Measures(numbers))


def test_9_2_what_the_tooltip_said_can_be_read_without_script_and_pointer() -> None:
    loads = Measure(UNKNOWN, 120, 800)
    page = text(measured(up=Measure(34_000), site=Measure(120_000), socket=loads))
    assert "We look at it · up to 120 ms" in page
    assert "1 healthy 34 ms" in page
    assert "2 healthy 120 ms" in page
    assert "It reports to us · CPU 12 %, memory 80 %" in page
    assert f"1 healthy CPU 12 %, memory 80 % {SOCKET.replica}" in page
    assert "127.0.0.1" not in page, "its node reveals no names"


def test_new_numbers_draw_anew_only_the_services_that_have_them() -> None:
    slow, quick, loads = Measure(120_000), Measure(34_000), Measure(UNKNOWN, 120, 800)
    world = measured(up=slow, site=slow, socket=loads)
    page = PublicPage(world.front(), Assets())
    first = drawn(page)
    before = dict(page.fragments)
    world.measures = measured(up=quick, site=slow, socket=loads).measures
    world.clock.now += REST_MS
    assert drawn(page) is not first
    kept = [key for key, fragment in page.fragments.items() if fragment is before[key]]
    assert kept == ["relay", "plugin"]


def test_a_node_that_left_the_plan_has_no_numbers() -> None:
    world = measured(up=Measure(1), site=Measure(1), socket=Measure(UNKNOWN, 990, 990))
    world.given = believed(PLAN, world.reports)
    world.plan = replace(PLAN, services=())
    assert "99 %" not in html(world)


def test_9_1_a_service_has_its_anchor_its_nodes_boxes_and_a_link() -> None:
    site = replace(PLAN.services[1].nodes[1], link_url=Url("https://a.example/"), link_label="More")
    service = replace(PLAN.services[1], nodes=(site,))
    page = html(World(plan=replace(PLAN, services=(service,)), reports={SITE: DEAD}))
    assert 'id="probe-internal"' in page
    assert '<a href="#probe-internal">Internal nodes</a>' in page
    assert re.findall(r'<li class="box (\w+)"', page) == ["pending", "dead"]
    assert '<a href="https://a.example/" rel="noopener noreferrer">More</a>' in page
