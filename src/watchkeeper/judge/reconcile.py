"""Reconciling: from the plan of the file to rows, in one transaction behind the gate."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from watchkeeper.core.alert import Leaving
from watchkeeper.core.hearing import Departed
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.plan import Mode, Node, Plan
from watchkeeper.core.status import Standing
from watchkeeper.judge import branches, climb
from watchkeeper.judge.alarm import alarm_all, change_policy
from watchkeeper.judge.branches import FILE, Family, Wanted
from watchkeeper.judge.channels import reconcile_channels
from watchkeeper.judge.climb import Decision
from watchkeeper.judge.witnesses import dismiss
from watchkeeper.store import gate, history, tree, worker
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.errors import StoreUnusable
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.tree import Branch

_REGISTERED = frozenset({Mode.PUSH, Mode.LOCAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to reconcile. One that only *finishes* does nothing while plans differ."""

    page_no: int
    plan: Plan
    now: Moment
    finishes: bool = False
    force: bool = False


class KeyedRows(NamedTuple):
    """The rows of a page, each living or gone, by what finds them in a plan."""

    services: Family
    nodes: dict[int, Family]
    replicas: dict[int, dict[str, ReplicaRow]]

    def all_nodes(self) -> Iterator[Branch]:
        """Yield every node."""
        return chain.from_iterable(family.values() for family in self.nodes.values())

    def all_replicas(self) -> Iterator[ReplicaRow]:
        """Yield every replica."""
        return chain.from_iterable(family.values() for family in self.replicas.values())


class Gone(NamedTuple):
    """The rows that leave the page."""

    services: Sequence[Branch]
    nodes: Sequence[Branch]
    replicas: Sequence[ReplicaRow]


def reconcile(cursor: Cursor, order: Order) -> Departed:
    """Make the rows that the file owns agree with the plan of *order*.

    It adds at once; what is gone leaves when no worker has another plan, which is asked here:
    whoever changes its plan says so before it comes to the gate. Return who heard of the nodes
    that the plan does not have. Raise StoreUnusable, having changed nothing, where more than half
    of the nodes would go at once.
    """
    decision = climb.enter(cursor, order.page_no, order.now)
    removes = _all_agree(cursor, order.plan)
    if order.finishes and not removes:
        raise Undo(None)
    rows = read_rows(cursor, order.page_no)
    if not order.force:
        _refuse_another_plan(order.plan, rows)
    for add in (_add_services, _add_nodes, _add_replicas):
        if add(decision, order.plan, rows):
            rows = read_rows(cursor, order.page_no)
    gone = _gone(order.plan, rows)
    left: dict[ReplicaName, Leaving] = {}
    gate.add_plan(cursor, order.page_no, order.plan.digest)
    if removes:
        left = _remove(decision, rows, gone)
        dismiss(decision, order.plan)
        left = change_policy(decision, order.plan.policy) | left
        gate.save_plan(cursor, order.page_no, order.plan.digest, order.plan.policy)
    alarm_all(decision, left)
    decision.finish()
    reconcile_channels(decision, order.plan, removes=removes)
    return _departed(order.plan, rows)


def _all_agree(cursor: Cursor, plan: Plan) -> bool:
    return all(row.plan_hash == plan.digest for row in worker.all_workers(cursor))


def read_rows(cursor: Cursor, page_no: int) -> KeyedRows:
    """Return all rows of the page, for finding them by the keys of a plan."""
    nodes: dict[int, Family] = {}
    for node in tree.nodes(cursor, page_no):
        nodes.setdefault(node.parent, {})[node.key] = node
    replicas: dict[int, dict[str, ReplicaRow]] = {}
    for replica in replica_rows.of_page(cursor, page_no):
        replicas.setdefault(replica.node_no, {})[replica.key] = replica
    services = {service.key: service for service in tree.services(cursor, page_no)}
    return KeyedRows(services, nodes, replicas)


def _add_services(decision: Decision, plan: Plan, rows: KeyedRows) -> bool:
    """Write what services the plan has and *rows* do not; return whether there was any."""
    wanted = [
        Wanted(decision.page_no, service.key, service.label, position, "", service.was)
        for position, service in enumerate(plan.services)
    ]
    new, changed, displaced = branches.sort(rows.services, wanted, decision.now.at)
    tree.save_services(decision.cursor, displaced, decision.page.revision)
    tree.save_services(decision.cursor, changed, decision.page.revision)
    tree.insert_services(decision.cursor, decision.page_no, new, decision.page.revision)
    return bool(new or changed)


def _add_nodes(decision: Decision, plan: Plan, rows: KeyedRows) -> bool:
    """Write what nodes the plan has and *rows* do not; return whether there was any."""
    changes = [
        branches.sort(rows.nodes.get(parent, {}), wanted, decision.now.at)
        for parent, wanted in _wanted_nodes(plan, rows)
    ]
    new, changed, displaced = branches.together(changes)
    tree.save_nodes(decision.cursor, displaced, decision.page.revision)
    tree.save_nodes(decision.cursor, changed, decision.page.revision)
    tree.insert_nodes(decision.cursor, new, decision.page.revision)
    return bool(new or changed)


def _wanted_nodes(plan: Plan, rows: KeyedRows) -> Iterator[tuple[int, list[Wanted]]]:
    """Yield the nodes of each service of the plan, with the number of its row."""
    for service in plan.services:
        parent = rows.services[service.key].no
        yield (
            parent,
            [
                Wanted(
                    parent, node.key, node.label, position, str(node.mode), node.was, node.channels
                )
                for position, node in enumerate(service.nodes)
            ],
        )


def _add_replicas(decision: Decision, plan: Plan, rows: KeyedRows) -> bool:
    """Write what replicas the plan has and *rows* do not; return whether there was any."""
    new: list[ReplicaRow] = []
    changed: list[ReplicaRow] = []
    at = decision.now.at
    for row, node in _planned(plan, rows):
        known = rows.replicas.get(row.no, {})
        for position, key in enumerate(node.replicas):
            before = known.get(key)
            if before is None:
                new.append(_pending(row.no, key, position, at))
            elif before.gone_at is not None:
                changed.append(replace(_pending(row.no, key, position, at), no=before.no))
            elif before.position != position:
                changed.append(replace(before, position=position))
    replica_rows.save(decision.cursor, changed, decision.page.revision)
    replica_rows.add(decision.cursor, new, decision.page.revision)
    return bool(new or changed)


def _pending(node_no: int, key: str, position: int, at: int) -> ReplicaRow:
    return ReplicaRow(
        no=0,
        node_no=node_no,
        key=key,
        position=position,
        owner=FILE,
        standing=Standing.PENDING,
        since_at=at,
    )


def _planned(plan: Plan, rows: KeyedRows) -> Iterable[tuple[Branch, Node]]:
    for service in plan.services:
        family = rows.nodes.get(rows.services[service.key].no, {})
        for node in service.nodes:
            yield family[node.key], node


def _gone(plan: Plan, rows: KeyedRows) -> Gone:
    """Return the living rows that the plan no longer has."""
    services = {service.key for service in plan.services}
    planned = {row.no: node for row, node in _planned(plan, rows)}
    return Gone(
        [row for row in rows.services.values() if _is_the_files(row) and row.key not in services],
        [row for row in rows.all_nodes() if _is_the_files(row) and row.no not in planned],
        [
            row
            for row in rows.all_replicas()
            if row.gone_at is None and not _has(planned.get(row.node_no), row)
        ],
    )


def _departed(plan: Plan, rows: KeyedRows) -> Departed:
    planned = {row.no for row, _ in _planned(plan, rows)}
    services = {row.no: row.key for row in rows.services.values()}
    return {
        NodeName(services[row.parent], row.key): row.channels
        for row in rows.all_nodes()
        if row.no not in planned and row.channels is not None
    }


def _is_the_files(row: Branch) -> bool:
    return row.gone_at is None and row.owner == FILE


def _has(node: Node | None, row: ReplicaRow) -> bool:
    if node is None:
        return False
    return row.owner != FILE if node.mode in _REGISTERED else row.key in node.replicas


def _refuse_another_plan(plan: Plan, rows: KeyedRows) -> None:
    living = {node.no for node in rows.all_nodes() if branches.living(node)}
    leaving = living - _recognised(plan, rows)
    if len(leaving) * 2 > len(living):
        raise StoreUnusable(
            f"{len(leaving)} of the {len(living)} nodes in this database are not in the config: "
            "it seems to belong to another one; choose another --store, or start with --force"
        )


def _recognised(plan: Plan, rows: KeyedRows) -> set[int]:
    """Return the numbers of the nodes that the plan still has, under whatever name."""
    found = set()
    for service in plan.services:
        row = branches.find(rows.services, service.key, service.was)
        family = rows.nodes.get(row.no, {}) if row else {}
        for node in service.nodes:
            known = branches.find(family, node.key, node.was)
            found.add(known.no if known else 0)
    return found


def _remove(decision: Decision, rows: KeyedRows, gone: Gone) -> dict[ReplicaName, Leaving]:
    """Let go of everything *gone*; return the names of the replicas that left with it."""
    cursor, revision, at = decision.cursor, decision.page.revision, decision.now.at
    tree.save_services(cursor, [row._replace(gone_at=at) for row in gone.services], revision)
    tree.save_nodes(cursor, [row._replace(gone_at=at) for row in gone.nodes], revision)
    replica_rows.save(cursor, [replace(row, gone_at=at) for row in gone.replicas], revision)
    sighting_rows.forget(cursor, [row.no for row in gone.replicas])
    decision.transitions += [
        history.leaving(row.no, row.status, Leaving.REMOVED) for row in gone.replicas
    ]
    decision.climb({row.node_no for row in gone.replicas} | {node.no for node in gone.nodes})
    return dict.fromkeys(_names(rows, gone.replicas), Leaving.REMOVED)


def _names(rows: KeyedRows, replicas: Sequence[ReplicaRow]) -> Iterator[ReplicaName]:
    services = {row.no: row.key for row in rows.services.values()}
    nodes = {node.no: node for node in rows.all_nodes()}
    for row in replicas:
        node = nodes[row.node_no]
        yield ReplicaName(services[node.parent], node.key, row.key)
