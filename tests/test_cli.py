import re
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from rig.port import free_port
from tests.cluster import Cluster
from tests.running import (
    command,
    eventually,
    is_ready,
    receiving,
    serving,
    start,
    stop,
    write_config,
)
from watchkeeper import __version__


def test_the_version_is_said_in_one_line(tmp_path: Path) -> None:
    assert command(tmp_path, "-V") == (0, [f"watchkeeper {__version__}"])


def test_a_good_file_passes_the_check_without_a_word(tmp_path: Path) -> None:
    assert command(tmp_path, "check", write_config(tmp_path)) == (0, [])


def test_a_warning_is_an_error_only_to_a_strict_check(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace("poll_retry =", "poll_retri ="))
    code, lines = command(tmp_path, "check", config)
    assert (code, len(lines)) == (0, 1)
    assert "poll_retry" in lines[0]
    strictly = [lines[0].removesuffix(" (warning)")]
    assert command(tmp_path, "check", "--strict", config) == (2, strictly)


def test_a_bad_file_is_told_with_its_lines_by_check_and_by_serve(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace('"poll"', '"pull"').replace("= 1\n", '= "x"\n'))
    code, lines = command(tmp_path, "check", config)
    assert (code, len(lines)) == (2, 2)
    assert all(re.match(rf"{re.escape(str(config))}:\d+: \S+: must be ", line) for line in lines)
    assert command(tmp_path, "serve", "-c", config) == (2, lines)


def test_a_file_that_is_not_there_is_told_with_the_way_out(tmp_path: Path) -> None:
    code, lines = command(tmp_path, "serve")
    assert code == 2
    assert lines == ["config.cfg: does not exist; name yours: serve -c FILE, or check FILE"]


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_without_a_command_it_serves_and_a_signal_ends_it_well(
    tmp_path: Path, by: signal.Signals
) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    with serving(tmp_path, "-c", config, port=port) as process:
        assert stop(process, by) == 0
    assert (tmp_path / ".local/state/watchkeeper/my.db").exists()


def test_a_taken_port_is_told_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, lines = command(tmp_path, "serve", "-c", write_config(tmp_path, port=port))
    assert code == 1
    assert len(lines) == 1
    assert lines[0] == (
        f"watchkeeper: cannot listen on 127.0.0.1:{port}: Address already in use; "
        "choose another address with --inet HOST:PORT, or in [server] inet"
    )


def test_a_free_port_is_said_as_it_is(tmp_path: Path) -> None:
    process = start(tmp_path, "serve", "-c", write_config(tmp_path), "--inet", "127.0.0.1:0")
    try:
        assert process.stderr is not None
        said = re.search(r"http://127\.0\.0\.1:(\d+)/ from", process.stderr.readline())
        assert said is not None
        eventually(lambda: is_ready(int(said[1])))
    finally:
        stop(process)


def test_a_place_that_cannot_be_written_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = refusal(tmp_path, write_config(tmp_path), "file/my.db")
    assert re.fullmatch(
        r"watchkeeper: cannot write in file: .+; choose another place with --store", line
    )


def test_a_database_that_is_newer_is_refused(tmp_path: Path) -> None:
    config, store = served_once(tmp_path)
    change(store, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    assert "use a newer Watchkeeper" in refusal(tmp_path, config, store)


@pytest.mark.parametrize("command_line", [["deliveries"], ["explain", "web:api"]])
def test_a_database_that_is_newer_is_not_read_either(
    tmp_path: Path, command_line: list[str]
) -> None:
    config, store = served_once(tmp_path)
    change(store, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    code, lines = command(tmp_path, *command_line, "-c", config, "--store", store)
    assert code == 78
    assert "use a newer Watchkeeper" in lines[0]


def test_a_database_that_another_program_writes_to_is_waited_for_by_its_operator(
    tmp_path: Path,
) -> None:
    config, store = served_once(tmp_path)
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert "wait for that, or end it" in refusal(tmp_path, config, store)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "other.db"
    change(store, "CREATE TABLE theirs (no INTEGER)")
    line = refusal(tmp_path, write_config(tmp_path), store)
    assert "another program" in line
    assert "choose another --store" in line


def test_a_postgresql_of_another_program_is_refused_and_stays_as_it_is(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = cluster.database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE theirs (no INTEGER)")
        line = refusal(tmp_path, write_config(tmp_path), url)
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == [("theirs",)]
    assert line == "watchkeeper: the database is not Watchkeeper's: choose another --store"


def test_a_postgresql_whose_only_tables_are_of_its_extensions_is_empty(
    tmp_path: Path, cluster: Cluster
) -> None:
    url, port = cluster.database(), free_port()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE theirs (no INTEGER)")
        connection.execute("ALTER EXTENSION plpgsql ADD TABLE theirs")
    config = write_config(tmp_path, port=port)
    with serving(tmp_path, "serve", "-c", config, "--store", url, port=port):
        pass


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "letter.db"
    store.write_text("Dear friend, this is not a database at all.\n" * 100)
    assert "file is not a database" in refusal(tmp_path, write_config(tmp_path), store)


def test_a_database_that_another_serve_holds_is_refused(tmp_path: Path) -> None:
    port = free_port()
    config, store = write_config(tmp_path, port=port), tmp_path / "my.db"
    with serving(tmp_path, "serve", "-c", config, "--store", store, port=port):
        line = refusal(tmp_path, config, store)
    assert line == (
        f"watchkeeper: {store} is served by another process already: "
        "stop it, or choose another --store"
    )


def test_a_database_of_another_config_is_taken_only_by_force(tmp_path: Path) -> None:
    _, store = served_once(tmp_path)
    port = free_port()
    other = write_config(tmp_path, service="shop", port=port)
    line = refusal(tmp_path, other, store)
    assert "belong to another one" in line
    assert line.endswith("; choose another --store, or start with --force")
    with serving(tmp_path, "serve", "-c", other, "--store", store, "--force", port=port):
        pass


def test_a_postgresql_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    url = f"postgresql://user:secret@127.0.0.1:{free_port()}/db"
    code, lines = command(tmp_path, "serve", "-c", write_config(tmp_path), "--store", url)
    assert code == 78
    assert lines[-1].startswith("watchkeeper: the database cannot be reached: ")
    assert lines[-1].endswith("; see to that, or choose another --store")
    assert not any("secret" in line for line in lines)


@pytest.mark.parametrize("command_name", ["serve", "deliveries"])
def test_a_store_given_as_words_is_refused_and_its_password_never_said(
    tmp_path: Path, command_name: str
) -> None:
    config = write_config(tmp_path)
    given = "host=127.0.0.1 password=secret"
    code, lines = command(tmp_path, command_name, "-c", config, "--store", given)
    assert (code, len(lines)) == (78, 1)
    assert lines[0].startswith("watchkeeper: the store is written as KEY=VALUE words: give ")


def test_deliveries_say_what_was_sent_with_each_try(tmp_path: Path, store_url: str) -> None:
    with receiving() as receiver:
        port = free_port()
        config = write_config(tmp_path, hook=receiver.port, port=port)
        place = ("-c", config, "--store", store_url)
        with serving(tmp_path, "serve", *place, port=port):
            eventually(lambda: any(said["alerts"] for said in receiver.heard))
            eventually(lambda: "waiting" not in listed(tmp_path, *place))
            text = listed(tmp_path, *place)
    for said in receiver.heard:
        assert re.search(rf"^sent  \S+Z  webhook  {said['id']}  notification", text, re.MULTILINE)
    assert re.search(r"^webhook\n  everything is told, up to notification \d+$", text, re.MULTILINE)
    assert len(re.findall(r"^  try \d+  \S+Z  \S+  \d+ ms  accepted$", text, re.MULTILINE)) == len(
        receiver.heard
    )


def test_deliveries_say_what_waits_and_why(tmp_path: Path, store_url: str) -> None:
    with receiving() as receiver:
        receiver.status = 503
        port = free_port()
        config = write_config(tmp_path, hook=receiver.port, port=port)
        place = ("-c", config, "--store", store_url)
        with serving(tmp_path, "serve", *place, port=port):
            eventually(lambda: "failing for" in listed(tmp_path, *place))
            text = listed(tmp_path, *place)
    assert re.search(r"^  \d+ waiting since \S+Z: .*\b1 changed", text, re.MULTILINE)
    assert re.search(r"^  last outcome: unreachable: .*503", text, re.MULTILINE)
    assert re.search(r"^  next try (in|as soon)", text, re.MULTILINE)
    assert re.search(r"^waiting  webhook  [0-9a-f-]{36}$", text, re.MULTILINE)


def test_deliveries_are_read_after_the_server_was_killed(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    with serving(tmp_path, "serve", "-c", config, port=port) as process:
        eventually(lambda: "waiting since" in listed(tmp_path, "-c", config))
        process.kill()
        process.wait()
        assert "waiting since" in listed(tmp_path, "-c", config)


@pytest.mark.parametrize("name", ["none.db", "letter.db", "theirs.db"])
def test_deliveries_of_a_store_that_is_not_ours_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "letter.db").write_text("Dear friend, this is not a database at all.\n" * 100)
    change(tmp_path / "theirs.db", "CREATE TABLE theirs (no INTEGER)")
    code, lines = command(tmp_path, "deliveries", "--store", name)
    assert code == 78
    assert len(lines) == 1
    assert name in lines[0]


@pytest.mark.parametrize("table", ["theirs (no INTEGER)", "meta (theirs INTEGER)"])
def test_deliveries_of_a_postgresql_that_is_not_ours_are_refused(
    tmp_path: Path, cluster: Cluster, table: str
) -> None:
    url = cluster.database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {table}".encode())
    code, lines = command(tmp_path, "deliveries", "--store", url)
    assert code == 78
    assert len(lines) == 1


def test_explain_says_why_beside_a_running_server_and_after_it(
    tmp_path: Path, store_url: str
) -> None:
    with receiving() as receiver:
        port = free_port()
        config = write_config(tmp_path, hook=receiver.port, port=port)
        place = ("-c", config, "--store", store_url)
        with serving(tmp_path, "serve", *place, port=port) as process:
            eventually(lambda: "told at" in explained(tmp_path, "web:api", *place))
            text = explained(tmp_path, "web:api", *place)
            assert stop(process) == 0
    assert re.match(r"web:api:tcp://127\.0\.0\.1:\d+ is dead: refused\n  since \S+Z", text)
    assert "the next look is at" in text
    after = explained(tmp_path, "web:api", *place)
    assert "no server runs: the last sign of one was" in after
    assert re.search(r"none of \d+ looks? since \S+Z was answered", after)


def test_explain_names_what_is_near_to_a_name_that_nothing_has(tmp_path: Path) -> None:
    config, store = served_once(tmp_path)
    code, lines = command(tmp_path, "explain", "web:apj", "-c", config, "--store", store)
    said = "watchkeeper: nothing on the page is called 'web:apj': did you mean web:api?"
    assert (code, lines) == (2, [said])


def test_who_leaves_before_the_end_of_an_answer_hears_no_complaint(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace('"poll"', '"pull"'))
    with start(tmp_path, "check", config) as process:
        assert process.stdout
        process.stdout.close()
        assert process.communicate() == ("", "")
    assert process.returncode == 141


def explained(folder: Path, name: str, *place: object) -> str:
    code, lines = command(folder, "explain", name, *place)
    assert code == 0, lines
    return "\n".join(lines)


def listed(folder: Path, *place: object) -> str:
    code, lines = command(folder, "deliveries", *place)
    assert code == 0, lines
    return "\n".join(lines)


def refusal(folder: Path, config: Path, store: object) -> str:
    """The one line with which `serve` ends with 78."""
    code, lines = command(folder, "serve", "-c", config, "--store", store)
    assert code == 78
    assert len(lines) == 1
    return lines[0]


def served_once(folder: Path) -> tuple[Path, Path]:
    port = free_port()
    config, store = write_config(folder, port=port), folder / "my.db"
    with serving(folder, "serve", "-c", config, "--store", store, port=port):
        pass
    return config, store


def change(store: Path, sql: str) -> None:
    connection = sqlite3.connect(store)
    with connection:
        connection.execute(sql)
    connection.close()


def test_an_address_that_is_never_connected_to_is_named_at_start(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    text = re.sub(r"tcp://[^\"]*", "tcp://169.254.169.254:80", config.read_text())
    config.write_text(text)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        inet = f"127.0.0.1:{taken.getsockname()[1]}"
        _, lines = command(tmp_path, "serve", "-c", config, "--inet", inet)
    assert "169.254.169.254" in lines[0]
    assert "stays blind" in lines[0]
    assert "allowed_addresses" in lines[0]


def test_an_address_that_the_file_allows_is_connected_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = write_config(tmp_path)
        text = re.sub(r"tcp://[^\"]*", f"tcp://0.0.0.0:{port}", config.read_text())
        config.write_text(text)
        code, lines = command(tmp_path, "try", "-c", config, "web:api")
        assert (code, "policy" in lines[0]) == (3, True)
        listed = 'allowed_addresses = ["0.0.0.0"]\n'
        config.write_text(text.replace("[server]\n", f"[server]\n{listed}"))
        code, lines = command(tmp_path, "try", "-c", config, "web:api")
    assert (code, lines[0]) == (0, f"tcp://0.0.0.0:{port} is healthy")


def test_a_test_message_is_sent_to_every_channel_and_the_answer_is_said(tmp_path: Path) -> None:
    with receiving() as receiver:
        config = write_config(tmp_path, hook=receiver.port)
        code, lines = command(tmp_path, "notify", "test", "-c", config)
    assert (code, lines) == (0, ["webhook: taken", "  204 No Content"])
    [message] = receiver.heard
    assert message["page"]["title"] == "[TEST] Example"
    assert not (tmp_path / ".local").exists(), "the store is not touched"


def test_a_test_message_that_is_not_taken_is_an_error(tmp_path: Path) -> None:
    code, lines = command(tmp_path, "notify", "test", "webhook", "-c", write_config(tmp_path))
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("webhook: unreachable: ")


def test_a_channel_that_is_not_there_is_named_beside_those_that_are(tmp_path: Path) -> None:
    code, lines = command(tmp_path, "notify", "test", "pager", "-c", write_config(tmp_path))
    assert (code, lines) == (
        2,
        ["watchkeeper: there is no channel 'pager' to speak on, but webhook"],
    )


def test_without_any_channel_or_target_the_commands_say_so_in_whole_sentences(
    tmp_path: Path,
) -> None:
    config = write_config(tmp_path)
    text = config.read_text().replace('"poll"', '"push"')
    hook, replicas = text.index("[notify"), text.index("replicas = ")
    config.write_text(text[:hook] + text[text.index("[[probe") : replicas])
    assert command(tmp_path, "notify", "test", "-c", config) == (
        2,
        ["watchkeeper: there is no channel to speak on"],
    )
    assert command(tmp_path, "notify", "test", "pager", "-c", config)[1] == [
        "watchkeeper: there is no channel 'pager' to speak on"
    ]
    code, [said] = command(tmp_path, "try", "-c", config, "web:api")
    assert code == 2
    assert said.endswith("nothing called 'web:api': it has no replicas or scripts to look at")
