"""Stores that tests put around the real one."""

from typing import TypeVar

from watchkeeper.store.cursor import Store, Track, Transaction

T = TypeVar("T")


class Around:
    """The real store; a test says what is otherwise."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def generation(self) -> int:
        return self._store.generation

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        return await self._store.write(transaction, track)

    async def read(self, transaction: Transaction[T]) -> T:
        return await self._store.read(transaction)

    async def close(self) -> None:
        await self._store.close()
