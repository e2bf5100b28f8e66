import os
from pathlib import Path

import pytest

from tests.loop import in_loop
from tests.outside.world import FakeClock
from watchkeeper.outside.hosts import MOST_BYTES, Hosts
from watchkeeper.outside.resolve import Resolved, SystemResolver

NODES = "10.0.0.1 cluster node1\n10.0.0.2 cluster node2  # the second\n10.0.0.2 node2\n"
THIS_MACHINE = "127.0.0.1 localhost shop.example\n::1 localhost ip6-localhost\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "hosts"
    path.write_text(text)
    return path


@in_loop
async def test_lines_that_share_a_name_lend_each_other_no_address(tmp_path: Path) -> None:
    resolver = SystemResolver(FakeClock(), Hosts(written(tmp_path, NODES + THIS_MACHINE)))
    assert await resolver.resolve("node1") == Resolved(("10.0.0.1",))
    assert await resolver.resolve("node2") == Resolved(("10.0.0.2",))
    assert await resolver.resolve("cluster") == Resolved(("10.0.0.1", "10.0.0.2"))
    assert await resolver.resolve("shop.example") == Resolved(("127.0.0.1",))


@in_loop
async def test_a_name_of_the_hosts_file_is_asked_of_no_server(tmp_path: Path) -> None:
    resolver = SystemResolver(FakeClock(), Hosts(written(tmp_path, NODES)))
    assert await resolver.resolve("node1", "127.0.0.1:1") == Resolved(("10.0.0.1",))


@pytest.mark.parametrize("name", ["NODE1", "node1."])
@in_loop
async def test_a_name_is_the_same_in_any_case_and_with_its_last_dot(
    name: str, tmp_path: Path
) -> None:
    assert await Hosts(written(tmp_path, NODES)).addresses(name) == ("10.0.0.1",)


@in_loop
async def test_a_file_that_changed_is_read_anew_and_one_that_is_gone_lists_nothing(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, NODES)
    hosts = Hosts(path)
    assert await hosts.addresses("node1") == ("10.0.0.1",)
    os.replace(written_beside(path, "10.0.0.9 node1\n"), path)  # noqa: PTH105 - as editors do
    assert await hosts.addresses("node1") == ("10.0.0.9",)
    path.unlink()
    assert await hosts.addresses("node1") == ()


def written_beside(path: Path, text: str) -> Path:
    beside = path.with_suffix(".new")
    beside.write_text(text)
    return beside


@in_loop
async def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    text = "# 10.0.0.3 node1\n\nnonsense node1\n10.0.0.4\n\xff\n10.0.0.5 node1\n"
    assert await Hosts(written(tmp_path, text)).addresses("node1") == ("10.0.0.5",)


@in_loop
async def test_of_a_file_without_end_the_beginning_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "10.0.0.1 node1\n")
    with path.open("ab") as file:
        file.truncate(MOST_BYTES)
        file.seek(0, os.SEEK_END)
        file.write(b"\n10.0.0.2 node1\n")
    assert await Hosts(path).addresses("node1") == ("10.0.0.1",)
