import asyncio
import socket
from pathlib import Path

import pytest

from tests.loop import in_loop
from tests.outside.world import Answers, Behaviour, http_answer, serving
from tests.running import command, write_config

Told = tuple[int, list[str]]


async def tried(folder: Path, behaviour: Behaviour, url: str) -> Told:
    """What `try` says of *url*, where `{}` stands for the server."""
    async with serving(behaviour) as port:
        place = f"127.0.0.1:{port}"
        return await asyncio.to_thread(command, folder, "try", url.format(place))


def rewritten(folder: Path, *changes: tuple[str, str]) -> Path:
    """A config with *changes*, each an old text and a new one."""
    config = write_config(folder)
    text = config.read_text()
    for old, new in changes:
        text = text.replace(old, new)
    config.write_text(text)
    return config


def test_one_look_at_a_port_says_what_was_seen(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        code, lines = command(tmp_path, "try", f"tcp://127.0.0.1:{port}")
    assert (code, lines[0]) == (0, f"tcp://127.0.0.1:{port} is healthy")
    code, lines = command(tmp_path, "try", f"tcp://127.0.0.1:{port}")
    assert (code, lines[0]) == (2, f"tcp://127.0.0.1:{port} is dead: refused")
    assert any("nobody listens there" in line for line in lines)


def test_one_look_as_the_file_says_names_what_it_could_look_at(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    code, lines = command(tmp_path, "try", "-c", config, "web:api")
    assert code == 2
    assert lines[0].endswith("is dead: refused")
    code, lines = command(tmp_path, "try", "-c", config, "web:nope")
    assert code == 2
    assert "only at web:api" in lines[0]


def test_one_look_in_an_unknown_way_says_which_are_known(tmp_path: Path) -> None:
    code, lines = command(tmp_path, "try", "gopher://127.0.0.1/")
    assert code == 2
    assert "must begin with one of http://" in lines[0]


@in_loop
async def test_one_look_at_a_web_server_says_what_it_answered(tmp_path: Path) -> None:
    code, lines = await tried(tmp_path, Answers(http_answer(200)), "http://{}/")
    assert code == 0
    assert any(line.endswith("(200 OK)") for line in lines)


@in_loop
async def test_one_look_at_a_redirect_says_where_it_would_have_led(tmp_path: Path) -> None:
    answers = Answers(http_answer(302, location="/loop"))
    _, lines = await tried(tmp_path, answers, "http://{}/loop")
    assert any(line.endswith("(302 Found, to /loop, not followed)") for line in lines)


@in_loop
async def test_a_password_in_a_url_is_not_said(tmp_path: Path) -> None:
    _, lines = await tried(tmp_path, Answers(http_answer(200)), "http://me:sesame@{}/")
    assert lines[0].startswith("http://me:***@127.0.0.1:")
    assert "sesame" not in "".join(lines)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1", "ssh://127.0.0.1", "icmp://127.0.0.1:3"])
def test_one_look_at_what_no_file_could_name_is_refused(tmp_path: Path, url: str) -> None:
    code, lines = command(tmp_path, "try", url)
    assert code == 2
    assert lines[0].startswith(f"watchkeeper: {url!r} must be ")


@in_loop
async def test_one_look_as_the_file_says_names_itself_as_the_server_does(tmp_path: Path) -> None:
    answers = Answers(http_answer(200))
    async with serving(answers) as port:
        config = rewritten(tmp_path, ("tcp://127.0.0.1:", f"http://127.0.0.1:{port}/?was="))
        code, _ = await asyncio.to_thread(command, tmp_path, "try", "-c", config, "web:api")
    assert code == 0
    assert b"user-agent: watchkeeper (+http://status.example/)" in answers.requests[0].lower()


def test_a_script_that_is_tried_sees_no_secrets_as_when_it_is_served(tmp_path: Path) -> None:
    config = rewritten(
        tmp_path,
        ('reporter_token = "r"', 'reporter_token = "${HOME}"'),
        ('mode = "poll"', 'mode = "script"'),
        ("replicas = [", "scripts = ['echo [$HOME]'] #"),
    )
    code, lines = command(tmp_path, "try", "-c", config, "web:api")
    assert (code, lines[0], lines[-1].strip()) == (0, "web:api:0 is healthy", "[]")


def test_a_program_that_a_file_names_gets_its_arguments_as_they_are(tmp_path: Path) -> None:
    words = '["printf", "%s|", "a b", "$HOME", "\'; exit 1"]'
    config = rewritten(
        tmp_path, ('mode = "poll"', 'mode = "script"'), ("replicas = [", f"scripts = [{words}] #")
    )
    code, lines = command(tmp_path, "try", "-c", config, "web:api")
    assert (code, lines[-1].strip()) == (0, "a b|$HOME|'; exit 1|")
