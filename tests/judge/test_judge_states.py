"""What readers see of the page: built from its rows, and anew only where something changed."""

from tests.house import BLIND, DEAD, HEALTHY, SICK
from tests.judge.judge_rows import PAGE, branch, changes, notice
from watchkeeper.core.flap import Flap
from watchkeeper.core.plan import Maintenance
from watchkeeper.core.status import Standing
from watchkeeper.judge.rows import NOTHING, Changes, Rows
from watchkeeper.judge.states import States
from watchkeeper.store.replica import ReplicaRow

ONE = ReplicaRow(no=1, node_no=1, key="1", standing=Standing.HEARD)
WHOLE = changes(
    services=[branch(1, "web"), branch(2, "mail")],
    nodes=[branch(1, "api"), branch(2, "app"), branch(3, "smtp", parent=2)],
    replicas=[ONE],
)


class Reader:
    """The rows of a page, and the states that are built from them."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.states = States(self.rows)
        self.rows.take(WHOLE)

    def take(self, new: Changes) -> None:
        self.rows.take(new)
        self.states.outdate(new)


def test_a_page_that_was_never_read_is_healthy_and_empty() -> None:
    page = States(Rows()).page()
    assert (page.revision, page.status, page.services) == (NOTHING, HEALTHY, ())


def test_everything_is_as_its_row_says() -> None:
    reader = Reader()
    reader.take(
        changes(
            PAGE._replace(revision=7, status=DEAD, since_at=70),
            services=[branch(1, "web", label="Web", status=DEAD)],
            nodes=[
                branch(1, "api", label="API", mode="push", status=DEAD),
                branch(2, "app", maintenance="upgrade", maintained_until_at=99),
            ],
            replicas=[
                ReplicaRow(
                    no=1,
                    node_no=1,
                    key="1",
                    status=DEAD,
                    standing=Standing.BLIND,
                    reason_code="timeout",
                    since_at=69,
                    flap=Flap(since=5),
                )
            ],
            notices=[notice(1, "soon")],
        )
    )
    page = reader.states.page()
    assert (page.revision, page.status, page.since_at) == (7, DEAD, 70)
    assert [one.title for one in page.announcements] == ["soon"]
    web = page.services[0]
    assert (web.key, web.label, web.status) == ("web", "Web", DEAD)
    api, app = web.nodes
    assert (api.key, api.label, api.mode.value, api.status) == ("api", "API", "push", DEAD)
    assert (api.maintenance, app.maintenance) == (None, Maintenance("upgrade", 99))
    (one,) = api.replicas
    assert (str(one.name), one.status, one.standing) == ("web:api:1", DEAD, Standing.BLIND)
    assert (one.reason_code, one.since_at, one.flaps) == ("timeout", 69, True)


def test_it_is_the_same_object_until_something_changes() -> None:
    reader = Reader()
    before = reader.states.page()
    assert reader.states.page() is before
    reader.take(changes(notices=[notice(1, "soon")]))
    after = reader.states.page()
    assert after is not before
    assert all(new is old for new, old in zip(after.services, before.services, strict=True))


def test_a_replica_that_changes_has_its_node_and_service_built_anew_and_no_other() -> None:
    reader = Reader()
    web, mail = reader.states.page().services
    reader.take(changes(replicas=[ReplicaRow(no=1, node_no=1, key="1", status=SICK)]))
    new_web, new_mail = reader.states.page().services
    assert new_web.nodes[0].replicas[0].status is SICK
    assert new_web.nodes[1] is web.nodes[1]
    assert new_mail is mail


def test_a_node_that_changes_has_its_service_built_anew_and_no_other() -> None:
    reader = Reader()
    web, mail = reader.states.page().services
    reader.take(changes(nodes=[branch(3, "smtp", parent=2, status=DEAD)]))
    new_web, new_mail = reader.states.page().services
    assert [node.status for node in new_mail.nodes] == [DEAD]
    assert new_web is web
    assert new_mail is not mail


def test_a_service_that_changes_keeps_its_nodes() -> None:
    reader = Reader()
    web, mail = reader.states.page().services
    reader.take(changes(services=[branch(1, "web", status=BLIND)]))
    new_web, new_mail = reader.states.page().services
    assert (new_web.status, new_web.nodes[0]) == (BLIND, web.nodes[0])
    assert new_web.nodes[0] is web.nodes[0]
    assert new_mail is mail


def test_all_is_built_anew_once_somebody_is_called_otherwise() -> None:
    reader = Reader()
    before = reader.states.page().services[0].nodes[0].replicas[0]
    assert str(before.name) == "web:api:1"
    reader.rows.take(changes(services=[branch(1, "www")]))
    reader.states.forget()
    assert str(reader.states.page().services[0].nodes[0].replicas[0].name) == "www:api:1"
