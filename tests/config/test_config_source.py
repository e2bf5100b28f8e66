import os
import socket
from pathlib import Path

import pytest

from watchkeeper.cli import main
from watchkeeper.config.problems import BadConfig
from watchkeeper.config.source import MOST_BYTES, MOST_SERVICES, parse, read_text, tables


def refusal_of(path: Path) -> str:
    with pytest.raises(BadConfig) as caught:
        read_text(path)
    (problem,) = caught.value.problems
    return str(problem).removeprefix(str(path))


def test_a_file_that_is_not_there_says_how_to_name_another(tmp_path: Path) -> None:
    assert (
        refusal_of(tmp_path / "x.cfg")
        == ": does not exist; name yours: serve -c FILE, or check FILE"
    )


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert refusal_of(tmp_path) == ": cannot be read: is a directory"


def test_a_pipe_is_refused_at_once_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal_of(tmp_path / "pipe") == ": is not a regular file"
    assert refusal_of(Path("/dev/zero")) == ": is not a regular file"


def test_a_pipe_is_one_line_of_check_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main(["check", str(tmp_path / "pipe")]) == 2
    assert capsys.readouterr().out == f"{tmp_path}/pipe: is not a regular file\n"


def test_a_socket_and_a_link_to_itself_are_no_files(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
    (tmp_path / "loop").symlink_to("loop")
    assert refusal_of(tmp_path / "socket") == ": cannot be read: no such device or address"
    assert refusal_of(tmp_path / "loop") == ": cannot be read: too many levels of symbolic links"


def test_the_line_of_a_nul_is_named() -> None:
    with pytest.raises(BadConfig) as caught:
        parse("a = 5\nb = 'x\0y'\n", "config.cfg")
    assert str(caught.value).startswith("config.cfg:2: is not TOML: ")
    assert str(caught.value).endswith("character '\\x00'")


def test_more_services_than_a_page_can_have_are_refused_before_each_is_read() -> None:
    with pytest.raises(BadConfig) as caught:
        parse("[[probe.service]]\n" * (MOST_SERVICES + 1), "config.cfg")
    assert str(caught.value) == "config.cfg: has 20001 services, and 20000 are the most"


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "config.cfg"
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    assert refusal_of(path) == ": is larger than 10 MB"


def test_the_line_of_a_byte_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.cfg"
    path.write_bytes("a = 5\n# é\nb = 'é'\n".encode() + b"c = '\xe9'\n")
    assert refusal_of(path) == ":4: is not UTF-8: byte 0xe9; save it as UTF-8"


def test_the_mark_that_windows_puts_in_front_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "config.cfg"
    path.write_bytes("a = 5\r\n".encode("utf-8-sig"))
    assert parse(read_text(path), "config.cfg") == {"a": 5}


def test_tables_are_found_whatever_else_is_there() -> None:
    tree = {"probe": {"service": [{"id": "a"}, 5, {"id": "b"}]}, "server": 5}
    assert tables(tree, "probe", "service") == [(0, {"id": "a"}), (2, {"id": "b"})]
    assert tables(tree, "server", "service") == []
    assert tables(tree, "nothing") == []
