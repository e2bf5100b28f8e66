"""What a transaction is given: one SQL text, the same on both databases, `?` for values."""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Protocol, TypeVar

Row = tuple[Any, ...]
T = TypeVar("T")


class Cursor(Protocol):
    """An open transaction. *generation* changes whenever a connection was lost."""

    @property
    def generation(self) -> int:
        """Return the number of the connections' generation that this transaction runs in."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows that *sql* gives."""

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row that *sql* gives, or None."""

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row:
        """Return the one row that *sql* always gives."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out *sql* and return how many rows it changed."""

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Carry out *sql* once for each of *rows*; return how many rows changed in all."""


Transaction = Callable[[Cursor], T]


class Track(Enum):
    """Which connection a transaction takes, so that one kind of work never waits for another.

    `PAST` is for what nobody waits for, such as latencies. An embedded file has one writer,
    which all of them share.
    """

    GATE = auto()
    FAST = auto()
    BEAT = auto()
    SPEAK = auto()
    PAST = auto()


class Undo(Exception):
    """Raised by a transaction to undo all that it did and still answer *value*."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Again(Exception):
    """Raised by a transaction that met a change beside it and must run once more."""


class Readable(Protocol):
    """A store that is only read, beside whoever serves it."""

    async def read(self, transaction: Transaction[T]) -> T:
        """Return what *transaction* reads from one consistent state."""

    async def close(self) -> None:
        """Let go of the database, within seconds even where it hangs."""


class Store(Readable, Protocol):
    """What must survive, behind one door.

    A transaction may run more than once, also after a commit whose answer was lost; it must
    give the same result then. It does not begin once its caller has given up.
    """

    @property
    def generation(self) -> int:
        """Return a number that changes whenever a connection was lost."""

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        """Return what *transaction* returns, once it is on disk; else raise StoreRefused.

        What the database would never take raises its own exception.
        """
