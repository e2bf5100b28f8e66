"""Rows as a follower reads them, with only what a test is about."""

from collections.abc import Sequence
from typing import Any

from watchkeeper.core.announcement import Announcement
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.status import Status
from watchkeeper.judge.rows import Changes
from watchkeeper.store.gate import PageRow
from watchkeeper.store.notice import Notice
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.tree import Branch

PAGE = PageRow(
    revision=1,
    steady=0,
    hears_since=0,
    status=Status.HEALTHY,
    since_at=0,
    plan_hash="",
    is_reconciled=True,
    alert_on=AlertOn.PAGE,
    trouble_from=Status.DEAD,
    muted_until=0,
)


def branch(no: int, key: str, parent: int = 1, **others: Any) -> Branch:
    """A service, or a node of the service *parent*."""
    usual = Branch(
        no=no,
        parent=parent,
        key=key,
        label=key,
        position=0,
        mode="poll",
        status=Status.HEALTHY,
        since_at=0,
        owner="file",
        gone_at=None,
    )
    return usual._replace(**others)


def notice(no: int, title: str, gone_at: int | None = None) -> Notice:
    """What somebody wrote for the public."""
    return Notice(no, gone_at, Announcement(id=str(no), title=title, text="", at=0))


def changes(
    page: PageRow = PAGE,
    services: Sequence[Branch] = (),
    nodes: Sequence[Branch] = (),
    replicas: Sequence[ReplicaRow] = (),
    notices: Sequence[Notice] = (),
) -> Changes:
    """What was read of *page* after the revision before its own."""
    after = page.revision - 1
    return Changes(page, after, [*services], [*nodes], [*replicas], [], [*notices])
