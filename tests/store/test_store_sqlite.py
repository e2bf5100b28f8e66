"""The file of SQLite: what is written to one that is not there any more is not called kept."""

from pathlib import Path

import pytest

from tests.loop import in_loop
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.opening import open_to_serve


def note(cursor: Cursor) -> int:
    return cursor.run("UPDATE meta SET value = value")


@in_loop
async def test_nothing_is_kept_in_a_file_that_was_removed_until_it_is_back(tmp_path: Path) -> None:
    path, aside = tmp_path / "my.db", tmp_path / "aside.db"
    store = await open_to_serve(str(path))
    path.rename(aside)
    with pytest.raises(StoreRefused, match=r"my\.db: it was removed or replaced; put it back"):
        await store.write(note)
    aside.rename(path)
    assert await store.write(note)
    await store.close()


@in_loop
async def test_nothing_is_kept_in_a_file_whose_place_another_took(tmp_path: Path) -> None:
    path = tmp_path / "my.db"
    store = await open_to_serve(str(path))
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    with pytest.raises(StoreRefused, match="it was removed or replaced"):
        await store.write(note)
    await store.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all"])
@in_loop
async def test_nothing_is_kept_in_a_file_that_was_overwritten(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "my.db"
    store = await open_to_serve(str(path))
    path.write_bytes(content)
    with pytest.raises(StoreRefused, match=r"it was overwritten; put a copy in its place"):
        await store.write(note)
    await store.close()


@in_loop
async def test_a_file_that_cannot_be_asked_for_is_refused_until_it_can(tmp_path: Path) -> None:
    folder, aside = tmp_path / "folder", tmp_path / "aside"
    folder.mkdir()
    store = await open_to_serve(str(folder / "my.db"))
    folder.rename(aside)
    folder.touch()
    with pytest.raises(StoreRefused, match=r"my\.db: Not a directory"):
        await store.write(note)
    folder.unlink()
    aside.rename(folder)
    assert await store.write(note)
    await store.close()
