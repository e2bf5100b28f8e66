"""Where the store is, and what of it may be printed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from watchkeeper.store.errors import StoreUnusable
from watchkeeper.store.opening import open_to_serve
from watchkeeper.store.place import locate, shown

CONFIG = Path("my.cfg")


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("postgresql://h/db", "postgresql://h/db"),
        ("postgres://u@h:5432/db", "postgres://u@h:5432/db"),
        ("postgresql://u:secret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:sec#ret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:sec?ret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:sec:ret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:sec%40ret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://:secret@h/db", "postgresql://h/db"),
        ("postgresql://h/db?user=u&password=secret", "postgresql://h/db"),
        ("postgresql://h?password=secret&sslmode=require", "postgresql://h"),
        ("postgresql://u:secret@a:1,[::1]:2/db?x=secret", "postgresql://u:***@a:1,[::1]:2/db"),
        ("postgresql://u:secret@%2Frun%2Fpg/db", "postgresql://u:***@%2Frun%2Fpg/db"),
        ("postgresql:///db?host=/run&password=secret", "postgresql:///db"),
        ("postgresql://u:sec@ret@h/db", "postgresql://***"),
        ("postgresql://u:sec/ret@h/db", "postgresql://***"),
        ("postgresql://u:1/ret@h/db", "postgresql://***"),
        ("postgresql://h:1/db?password=sec@ret", "postgresql://***"),
        ("/var/lib/my.db", "/var/lib/my.db"),
        ("sqlite:rel/my.db", "sqlite:rel/my.db"),
    ],
)
def test_what_is_printed_of_a_store_never_holds_a_password(url: str, printed: str) -> None:
    assert shown(url) == printed


@pytest.mark.parametrize(
    "given",
    [
        "host=h password=secret",
        "dbname = secret",
        "user=u host=h  password='secret'",
        "postgresql://u:secret@ret@h/db",
        "postgresql://u:secret/ret@h/db",
        "POSTGRESQL://u:secret@h/db",
        "mysql://u:secret@h/db",
        "sqlite://secret/my.db",
        "sqlite:",
        "sqlite:///",
    ],
)
def test_a_place_that_cannot_be_read_is_refused_without_a_word_of_it(given: str) -> None:
    with pytest.raises(StoreUnusable) as refused:
        locate(given, "", CONFIG, {})
    assert "secret" not in str(refused.value)
    assert any(word in str(refused.value) for word in ("give postgresql://", "write @ as %40"))


@pytest.mark.parametrize(
    "given",
    ["my.db", "/a=b/my.db", "sqlite:my.db", "sqlite:////abs/my.db", "postgresql://h/db?a=b"],
)
def test_a_place_that_can_be_read_is_taken_as_it_is(given: str) -> None:
    assert locate(given, "configured", CONFIG, {"WATCHKEEPER_STORE": "named"}) == given
    assert locate("", "configured", CONFIG, {"WATCHKEEPER_STORE": given}) == given
    assert locate("", given, CONFIG, {}) == given


@pytest.mark.anyio
async def test_a_database_of_another_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="another program"):
        await open_to_serve(str(path))
    assert path.read_bytes() == before
