"""Cursors that tests put in the place of real ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from watchkeeper.store.cursor import Cursor, Row


@dataclass(slots=True)
class Counting:
    """A cursor that counts the rows that are read through it, and the statements."""

    cursor: Cursor
    read: int = 0
    statements: int = 0

    @property
    def generation(self) -> int:
        return self.cursor.generation

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        self.statements += 1
        found = self.cursor.rows(sql, values)
        self.read += len(found)
        return found

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        self.statements += 1
        return self.cursor.row(sql, values)

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row:
        self.statements += 1
        return self.cursor.one(sql, values)

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        self.statements += 1
        return self.cursor.run(sql, values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        self.statements += 1
        return self.cursor.run_many(sql, rows)
