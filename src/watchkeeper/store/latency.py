"""Latencies: every look by time, packed by the hour, and counted by the day for ever.

Packing is a union: what is packed twice, by whomever, is there once. So neither a kill in the
middle nor a second process does any harm, and rows that come late are packed by themselves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.core import histogram as counts
from watchkeeper.core import sample as samples
from watchkeeper.core.histogram import Histogram
from watchkeeper.core.moment import DAY_MS, HOUR_MS
from watchkeeper.core.sample import Sample
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.replica import marks

_FORGOTTEN_AT_ONCE = 1_000
_PAST_ANY = 1 << 62


class LookRow(NamedTuple):
    """A look that ended at the wall moment *at*, as it is first written."""

    at: int
    replica_no: int
    status: int
    latency_us: int


class Span(NamedTuple):
    """Wall moments from *since_at* on, and before *until_at*."""

    since_at: int
    until_at: int


class Gathered(NamedTuple):
    """How many looks a span has, and the samples that they are, by replica."""

    many: int
    by_replica: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Latencies:
    """What is known of a replica's latencies: the packed samples by hour, then the *recent*."""

    packed: Sequence[tuple[int, Sequence[Sample]]]
    recent: Sequence[LookRow]


def add(cursor: Cursor, looks: Collection[LookRow]) -> None:
    """Write *looks*; those that are written already stay as they are."""
    cursor.run_many(
        "INSERT INTO recent (at, replica_no, status, latency_us) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (at, replica_no) DO NOTHING",
        sorted(looks),
    )


def first_hour_outside(cursor: Cursor, kept: Span) -> int | None:
    """Return the first hour with rows that are not within *kept*, None where there is none."""
    for span in (Span(-_PAST_ANY, kept.since_at), Span(kept.until_at, _PAST_ANY)):
        row = cursor.row("SELECT MIN(at) FROM recent WHERE at >= ? AND at < ?", span)
        if row and row[0] is not None:
            return int(row[0]) // HOUR_MS * HOUR_MS
    return None


def gather(cursor: Cursor, span: Span) -> Gathered:
    """Return the looks of *span* that are not packed yet."""
    rows = cursor.rows(
        "SELECT at, replica_no, status, latency_us FROM recent WHERE at >= ? AND at < ?", span
    )
    found: dict[int, list[Sample]] = {}
    for at, replica_no, status, latency_us in rows:
        found.setdefault(replica_no, []).append(samples.of_look(at, status, latency_us))
    return Gathered(len(rows), {no: samples.dump(mine) for no, mine in found.items()})


def pack(cursor: Cursor, hour: int, new: Mapping[int, bytes | bytearray], now: int) -> None:
    """Add the *new* samples of each replica to what is packed of *hour*, at the steady *now*."""
    _take_turn(cursor)
    known = dict(_packed(cursor, [hour], new))
    rows = []
    for replica_no, more in sorted(new.items()):
        whole = samples.union(
            samples.parse(known.get((hour, replica_no), b"")), samples.parse(more)
        )
        counted = counts.dump(samples.latencies(whole))
        rows.append((hour, replica_no, now, samples.dump(whole), counted))
    cursor.run_many(
        "INSERT INTO latency_hour (period, replica_no, packed, samples, histogram)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (period, replica_no) DO UPDATE SET"
        " packed = excluded.packed, samples = excluded.samples, histogram = excluded.histogram",
        rows,
    )
    _count_day(cursor, hour // DAY_MS * DAY_MS, new)


def forget_gathered(cursor: Cursor, span: Span, many: int) -> bool:
    """Delete the looks of *span* where they are as *many* as were gathered; return whether."""
    if cursor.run("DELETE FROM recent WHERE at >= ? AND at < ?", span) != many:
        raise Undo(False)  # others came late or went already: the next packing sees to them
    return True


def forget_hours(cursor: Cursor, before: int) -> int:
    """Delete hours that were packed before the steady moment *before*; return how many."""
    return cursor.run(
        "DELETE FROM latency_hour WHERE (period, replica_no) IN (SELECT period, replica_no"
        " FROM latency_hour WHERE packed < ? ORDER BY packed LIMIT ?)",
        (before, _FORGOTTEN_AT_ONCE),
    )


def of_replicas(
    cursor: Cursor, replica_nos: Collection[int], hours: Sequence[int]
) -> dict[int, Latencies]:
    """Return what was seen of each replica in *hours*, and all that is not packed yet.

    The looks that are not packed lie by time, so that they are read once for all.
    """
    packed: dict[int, list[tuple[int, Sequence[Sample]]]] = {no: [] for no in replica_nos}
    recent: dict[int, list[LookRow]] = {no: [] for no in replica_nos}
    for (period, replica_no), kept in sorted(_packed(cursor, hours, replica_nos)):
        packed[replica_no].append((period, samples.parse(kept)))
    for row in cursor.rows(
        "SELECT at, replica_no, status, latency_us FROM recent"
        f" WHERE replica_no IN ({marks(replica_nos)}) ORDER BY at",
        sorted(replica_nos),
    ):
        look = LookRow(*row)
        recent[look.replica_no].append(look)
    return {no: Latencies(packed[no], recent[no]) for no in replica_nos}


def _take_turn(cursor: Cursor) -> None:
    """Wait until nobody else packs: what is read next is what they left."""
    cursor.run(
        "INSERT INTO meta (key, value) VALUES ('packing', '') ON CONFLICT (key)"
        " DO UPDATE SET value = excluded.value"
    )


def _packed(
    cursor: Cursor, hours: Sequence[int], replica_nos: Collection[int]
) -> list[tuple[tuple[int, int], bytes]]:
    rows = cursor.rows(
        "SELECT period, replica_no, samples FROM latency_hour"
        f" WHERE period IN ({marks(hours)}) AND replica_no IN ({marks(replica_nos)})",
        (*hours, *sorted(replica_nos)),
    )
    return [((period, replica_no), bytes(kept)) for period, replica_no, kept in rows]


def _count_day(cursor: Cursor, day: int, replica_nos: Collection[int]) -> None:
    """Count the hours of *day* together: nothing is ever added to a sum, so nothing is twice.

    A day whose hours were forgotten meanwhile counts more than they do, and stays.
    """
    hours = _by_replica(cursor, "latency_hour", Span(day, day + DAY_MS), replica_nos)
    known = _by_replica(cursor, "latency_day", Span(day, day + 1), replica_nos)
    counted = {no: counts.merge(histograms) for no, histograms in hours.items()}
    cursor.run_many(
        "INSERT INTO latency_day (period, replica_no, histogram) VALUES (?, ?, ?)"
        " ON CONFLICT (period, replica_no) DO UPDATE SET histogram = excluded.histogram",
        [
            (day, no, counts.dump(whole))
            for no, whole in sorted(counted.items())
            if counts.total(whole) > sum(map(counts.total, known.get(no, ())))
        ],
    )


def _by_replica(
    cursor: Cursor, table: str, span: Span, replica_nos: Collection[int]
) -> dict[int, list[Histogram]]:
    found: dict[int, list[Histogram]] = {}
    for replica_no, kept in cursor.rows(
        f"SELECT replica_no, histogram FROM {table}"
        f" WHERE period >= ? AND period < ? AND replica_no IN ({marks(replica_nos)})",
        (*span, *sorted(replica_nos)),
    ):
        found.setdefault(replica_no, []).append(counts.parse(kept))
    return found
