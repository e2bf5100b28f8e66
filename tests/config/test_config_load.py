import dataclasses
import random
from pathlib import Path

import pytest

from tests.config.config_samples import KINDS, MINIMAL, NODE, SERVICE, loaded
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.load import load
from watchkeeper.config.problems import BadConfig, Severity
from watchkeeper.core.plan import Mode

GOOD = Path(__file__).parent / "good"
VIGILS = Path(__file__).parents[1] / "interop/golden/vigil.cfg"
PUSH = MINIMAL + SERVICE + NODE + 'mode = "push"\n'
EVERYTHING = {
    name: f"canary-{name.lower()}"
    for name in ("MANAGER", "REPORTER", "COMPANY", "RABBITMQ", "MAIL", "HOOK", "SITE", "BEARER")
} | {"RETRIES": "3"}


def refused(folder: Path, text: str, environ: dict[str, str] | None = None) -> BadConfig:
    with pytest.raises(BadConfig) as caught:
        loaded(folder, text, environ or {})
    return caught.value


def test_vigils_own_file_starts_with_notices_only(tmp_path: Path) -> None:
    told = loaded(tmp_path, VIGILS.read_text(), {"GOLDEN_ASSETS": "/assets"})
    assert {problem.severity for problem in told.notices} == {Severity.NOTICE}
    texts = [problem.text for problem in told.notices]
    assert texts[0] == "accepted, but without any effect: server.workers, metrics.poll_parallelism"
    assert texts[1] == "configured but not available in this version: server.mcp_server"
    assert texts[2] == "'/assets' is no folder: only what the program brings is served"
    assert texts[3] == "starts blind, this version cannot look that way: plugin:script"
    assert {"gotify", "telegram", "webhook"} <= {channel.key for channel in told.plan.channels}


def test_templates_of_the_ancestor_are_declined_and_assets_honoured(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/index.tera").touch()
    told = loaded(tmp_path, f'{PUSH}[assets]\npath = "{tmp_path}"\n')
    assert told.server.assets == tmp_path
    (notice,) = told.notices
    assert notice.severity is Severity.NOTICE
    assert notice.text.startswith("templates/index.tera in it is not used")


def test_assets_are_looked_for_where_vigil_has_them() -> None:
    told = load(VIGILS, KINDS, {"GOLDEN_ASSETS": "./res/assets/"})
    assert told.server.assets == Path("res/assets")
    assert not [notice for notice in told.notices if "folder" in notice.text]


def test_a_clean_file_says_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, PUSH).notices == ()


def test_every_key_that_is_not_honoured_is_named() -> None:
    told = load(GOOD / "everything.cfg", KINDS, EVERYTHING)
    later = told.notices[1].text
    assert "server.mcp_server" in later


def test_a_key_that_asks_for_what_is_done_anyway_is_not_named(tmp_path: Path) -> None:
    text = PUSH.replace("[server]", "[server]\nmcp_server = false")
    assert loaded(tmp_path, text).notices == ()


def test_a_replica_that_no_probe_looks_at_starts_blind_and_is_named(tmp_path: Path) -> None:
    replicas = [f"icmp://10.0.0.{n}" for n in range(7)]
    told = loaded(tmp_path, MINIMAL + SERVICE + NODE + f'mode = "poll"\nreplicas = {replicas}\n')
    assert told.plan.services[0].nodes[0].replicas == tuple(replicas)
    (notice,) = told.notices
    assert notice.text.startswith("starts blind, this version cannot look that way: web:api:icmp:")
    assert notice.text.endswith("web:api:icmp://10.0.0.4 and 2 more")


def test_a_program_that_runs_scripts_is_not_blind_to_them(tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True)
    class ScriptOptions:
        pass

    path = tmp_path / "config.cfg"
    path.write_text(MINIMAL + SERVICE + NODE + 'mode = "script"\nscripts = ["exit 0"]\n')
    told = load(path, Kinds(probes={"script": ScriptOptions}), {})
    assert told.notices == ()
    assert told.plan.services[0].nodes[0].options == {"script": ScriptOptions()}


def test_a_password_in_a_url_is_not_shown(tmp_path: Path) -> None:
    replicas = 'replicas = ["icmp://user:canary@10.0.0.1", "icmp://user:canary@10.0.0.1:7"]\n'
    node = NODE + 'mode = "poll"\n'
    text = str(refused(tmp_path, MINIMAL + SERVICE + node + replicas))
    assert "user:***@10.0.0.1" in text
    assert "canary" not in text


def test_an_empty_token_is_a_warning(tmp_path: Path) -> None:
    told = loaded(tmp_path, PUSH.replace('"manager"', '""'))
    (warning,) = told.notices
    assert warning.severity is Severity.WARNING
    assert warning.text == "is empty: the manager API answers 403 to all until it is set"
    assert not told.server.manager_token


def test_variables_that_filled_secret_keys_are_remembered() -> None:
    told = load(GOOD / "everything.cfg", KINDS, EVERYTHING)
    assert told.server.secret_variables == EVERYTHING.keys() - {"COMPANY", "RETRIES"}


def test_the_value_of_a_secret_key_is_never_shown(tmp_path: Path) -> None:
    text = (GOOD / "everything.cfg").read_text()
    told = load(GOOD / "everything.cfg", KINDS, EVERYTHING)
    shown = repr(told.server) + "".join(map(str, told.notices))
    shown += str(refused(tmp_path, text.replace('mode = "push"', "mode = 5"), EVERYTHING))
    assert [word for word in EVERYTHING.values() if word in shown and len(word) > 1] == []


def test_an_unknown_key_is_an_error_only_where_we_are_strict(tmp_path: Path) -> None:
    told = loaded(tmp_path, PUSH + "colour = 5\n")
    assert [problem.severity for problem in told.notices] == [Severity.WARNING]
    with pytest.raises(BadConfig) as caught:
        load(tmp_path / "config.cfg", KINDS, {}, strict=True)
    assert [problem.severity for problem in caught.value.problems] == [Severity.ERROR]


def test_what_is_nested_too_deeply_is_refused_in_one_line(tmp_path: Path) -> None:
    bad = refused(tmp_path, f"deep = {'[' * 5000}{']' * 5000}\n")
    assert [problem.text for problem in bad.problems] == [
        "has lists or tables that are nested too deeply"
    ]


def test_20_000_nodes_load_and_no_more(tmp_path: Path) -> None:
    nodes = "".join(NODE.replace("api", str(n)) + 'mode = "push"\n' for n in range(20_000))
    told = loaded(tmp_path, MINIMAL + SERVICE + nodes)
    assert len(told.plan.services[0].nodes) == 20_000
    one_more = NODE + 'mode = "push"\n'
    bad = refused(tmp_path, MINIMAL + SERVICE + nodes + one_more)
    assert str(bad) == f"{tmp_path}/config.cfg: has 20001 nodes, and 20000 are the most"


def test_settings_that_contradict_each_other_are_told_with_their_table(tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True)
    class Settings:
        first: str = ""
        second: str = ""

        def __post_init__(self) -> None:
            if self.first and self.second:
                raise ValueError("has both first and second; remove one")

    path = tmp_path / "config.cfg"
    path.write_text('[notify.either]\nfirst = "a"\nsecond = "b"\n' + PUSH)
    with pytest.raises(BadConfig) as caught:
        load(path, Kinds(notifiers={"either": Settings}), {})
    assert str(caught.value) == f"{path}:1: notify.either: has both first and second; remove one"


def test_an_error_is_told_before_a_warning_at_the_same_place(tmp_path: Path) -> None:
    replica = '"tcp://10.0.0.1"'
    node = NODE + f'mode = "poll"\nreplicas = [{replica}, {replica}]\n'
    bad = refused(tmp_path, MINIMAL + SERVICE + node)
    assert [problem.severity for problem in bad.problems] == [Severity.ERROR, Severity.ERROR]


def test_nodes_that_agree_share_their_patience(tmp_path: Path) -> None:
    nodes = "".join(NODE.replace("api", name) + 'mode = "push"\n' for name in "ab")
    first, second = loaded(tmp_path, MINIMAL + SERVICE + nodes).plan.services[0].nodes
    assert first.looking is second.looking
    assert first.listening is second.listening


VALUES = ("5", "-1", "1.5", "nan", "true", '""', '"\\u0000"', '"${X}"', "${X}", "[[5]]", "{}", "[]")


def is_usable(folder: Path, text: str) -> bool:
    try:
        loaded(folder, text, EVERYTHING)
    except BadConfig:
        return False
    return True


def test_no_value_anywhere_does_more_than_to_be_refused(tmp_path: Path) -> None:
    lines = (GOOD / "everything.cfg").read_text().split("\n")
    places = [n for n, line in enumerate(lines) if " = " in line and not line.startswith(" ")]
    chance = random.Random(3)
    for place in places:
        key = lines[place].partition(" = ")[0]
        changed = [*lines[:place], f"{key} = {chance.choice(VALUES)}", *lines[place + 1 :]]
        is_usable(tmp_path, "\n".join(changed))


def test_a_file_that_is_cut_anywhere_is_loaded_or_refused(tmp_path: Path) -> None:
    text = (GOOD / "everything.cfg").read_text()
    ends = range(0, len(text), 103)
    assert not any(is_usable(tmp_path, text[:end]) for end in ends)
    assert is_usable(tmp_path, text)


def test_script_nodes_are_kept_with_numbered_replicas() -> None:
    told = load(GOOD / "everything.cfg", KINDS, EVERYTHING)
    disks = told.plan.services[0].nodes[3]
    assert disks.mode is Mode.SCRIPT
    assert disks.replicas == ("0", "1")
    assert "${LEFT_TO_THE_SHELL}" in disks.scripts[0]
    assert EVERYTHING["COMPANY"] in disks.scripts[0]
