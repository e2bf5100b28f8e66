from pathlib import Path

import pytest

from tests.config.config_samples import (
    MINIMAL,
    NODE,
    SERVICE,
    HttpOptions,
    Method,
    TcpOptions,
    loaded,
)
from watchkeeper.config.problems import Severity
from watchkeeper.config.schema.metrics import MetricsTable
from watchkeeper.config.tables import keys_of
from watchkeeper.core.plan import AlertOn, Listening, Looking, Mode, Node, Policy
from watchkeeper.core.reminder import Backoff, Reminding
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url

POLL = NODE + 'mode = "poll"\nreplicas = ["https://example.com/", "tcp://10.0.0.1:80"]\n'
SCRIPT = 'mode = "script"\nscripts = ["exit 0"]\n'


def node_of(folder: Path, node: str, metrics: str = "") -> Node:
    text = f"{MINIMAL}[metrics]\n{metrics}\n{SERVICE}{NODE}{node}"
    return loaded(folder, text).plan.services[0].nodes[0]


def test_defaults_are_those_of_the_reference(tmp_path: Path) -> None:
    node = node_of(tmp_path, 'mode = "poll"\nreplicas = ["https://example.com/"]\n')
    assert node.looking == Looking(
        interval_ms=120_000, retries=2, retry_wait_ms=500, timeout_ms=10_000, sick_ms=5_000
    )
    assert node.listening == Listening(grace_ms=20_000, cpu_sick_above=0.9, ram_sick_above=0.9)
    assert node.options == {"https": HttpOptions()}


def test_a_replica_is_named_without_its_credentials_and_looked_at_with_them(tmp_path: Path) -> None:
    url, secret = "https://user:canary@10.0.0.1/", "https://token@10.0.0.2/?q"
    node = node_of(tmp_path, f'mode = "poll"\nreplicas = ["{url}", "{secret}"]\n')
    assert node.replicas == ("https://user:***@10.0.0.1/", "https://***@10.0.0.2/?q")
    assert [node.address(name) for name in node.replicas] == [url, secret]
    assert "canary" not in repr(node)


def test_another_password_of_a_replica_is_another_plan(tmp_path: Path) -> None:
    first, second = (
        loaded(tmp_path, f'{MINIMAL}{SERVICE}{NODE}mode = "poll"\nreplicas = ["{url}"]\n').plan
        for url in ("https://user:one@10.0.0.1/", "https://user:two@10.0.0.1/")
    )
    assert first.digest != second.digest


def test_a_number_of_seconds_that_means_never_is_a_year(tmp_path: Path) -> None:
    never = "push_delay_dead = 18446744073709551615\npoll_interval = 31_536_001\n"
    node = node_of(tmp_path, 'mode = "push"\n', metrics=never)
    year_ms = 365 * 24 * 3_600_000
    assert (node.listening.grace_ms, node.looking.interval_ms) == (year_ms, year_ms)


def test_a_local_daemon_has_a_grace_of_its_own(tmp_path: Path) -> None:
    assert node_of(tmp_path, 'mode = "local"\n').listening.grace_ms == 40_000


def test_a_node_says_otherwise_than_the_metrics(tmp_path: Path) -> None:
    metrics = "poll_interval = 60\npoll_retry = 5\nconfirm_dead = 3\npush_delay_dead = 7\n"
    node = node_of(tmp_path, 'mode = "push"\npoll_interval = 30\nconfirm_healthy = 2\n', metrics)
    assert node.looking.interval_ms == 30_000
    assert node.looking.retries == 5
    assert (node.looking.confirm_dead, node.looking.confirm_healthy) == (3, 2)
    assert node.listening.grace_ms == 7_000


@pytest.mark.parametrize("key", sorted(keys_of(MetricsTable)))
def test_every_metric_but_those_of_the_whole_process_may_be_said_by_a_node(
    tmp_path: Path, key: str
) -> None:
    kind = key.partition("_")[0]
    modes = {"push": 'mode = "push"\n', "local": 'mode = "local"\n', "script": SCRIPT}
    usual = modes.get(kind, POLL.removeprefix(NODE))
    own = node_of(tmp_path, f"{usual}{key} = {0.5 if 'above' in key else 7}\n")
    is_said = own != node_of(tmp_path, usual)
    assert is_said is not key.endswith("_parallelism")


def test_options_come_from_the_node_then_the_metrics_then_the_probe(tmp_path: Path) -> None:
    metrics = "poll_http_status_healthy_above = 100\npoll_http_status_healthy_below = 300\n"
    own = 'poll_http_status_healthy_below = 201\nhttp_method = "GET"\nresolver = "10.0.0.53"\n'
    node = node_of(tmp_path, POLL.removeprefix(NODE) + own, metrics)
    assert node.options == {
        "https": HttpOptions(
            poll_http_status_healthy_above=100,
            poll_http_status_healthy_below=201,
            http_method=Method.GET,
        ),
        "tcp": TcpOptions(resolver="10.0.0.53"),
    }


def test_nodes_without_options_of_their_own_share_them(tmp_path: Path) -> None:
    text = MINIMAL + SERVICE + POLL + POLL.replace('"api"', '"site"')
    first, second = loaded(tmp_path, text).plan.services[0].nodes
    assert first.options["https"] is second.options["https"]


def test_a_replica_is_named_by_its_raw_text_and_only_once(tmp_path: Path) -> None:
    node = node_of(
        tmp_path,
        'mode = "poll"\nreplicas = ["https://Example.com", "tcp://a:1", "https://Example.com"]\n',
    )
    assert node.replicas == ("https://Example.com", "tcp://a:1")


def test_ids_are_any_text_even_none_and_may_be_equal_in_two_services(tmp_path: Path) -> None:
    ids = ("", "Ünï côde/%2F", "web")
    services = [
        f'[[probe.service]]\nid = "{key}"\nlabel = "x"\n{NODE}mode = "push"\n' for key in ids
    ]
    plan = loaded(tmp_path, MINIMAL + "".join(services)).plan
    assert [service.key for service in plan.services] == list(ids)
    assert {node.key for _, node in plan.nodes()} == {"api"}


def test_a_page_may_have_no_services_and_a_service_no_nodes(tmp_path: Path) -> None:
    nothing = "[probe]\nservice = []\n"
    assert loaded(tmp_path, MINIMAL + nothing).plan.services == ()
    assert loaded(tmp_path, f"{MINIMAL}{SERVICE}node = []\n").plan.services[0].nodes == ()


@pytest.mark.parametrize("mode", ["poll", "script"])
def test_a_node_of_which_nothing_can_be_looked_at_is_a_warning(tmp_path: Path, mode: str) -> None:
    told = loaded(tmp_path, f'{MINIMAL}{SERVICE}{NODE}mode = "{mode}"\n')
    severities = {notice.key: notice.severity for notice in told.notices}
    assert severities["probe.service[0].node[0]"] is Severity.WARNING
    assert told.plan.services[0].nodes[0].replicas == ()


def test_a_script_is_run_once_and_within_its_interval(tmp_path: Path) -> None:
    assert node_of(tmp_path, SCRIPT).looking.timeout_ms == 300_000
    looking = node_of(tmp_path, SCRIPT + "script_interval = 20\nconfirm_dead = 2\n").looking
    assert looking == Looking(
        interval_ms=20_000, retries=0, timeout_ms=20_000, sick_ms=20_000, confirm_dead=2
    )


def test_a_script_may_have_a_deadline_of_its_own(tmp_path: Path) -> None:
    scripts = 'mode = "script"\nscripts = ["exit 0"]\nscript_delay_dead = 900\n'
    looking = node_of(tmp_path, scripts).looking
    assert (looking.interval_ms, looking.timeout_ms) == (300_000, 900_000)


def test_what_a_node_shows_is_kept(tmp_path: Path) -> None:
    node = node_of(
        tmp_path,
        'mode = "push"\nwas = "old"\nreveal_replica_name = true\n'
        'link_url = "https://Example.com"\nlink_label = "See"\n',
    )
    assert (node.key, node.label, node.mode, node.was) == ("api", "API", Mode.PUSH, "old")
    assert node.reveal_replica_name
    assert (node.link_url, node.link_label) == (Url("https://example.com/"), "See")


def test_a_label_of_several_lines_is_shown_on_one(tmp_path: Path) -> None:
    file = MINIMAL.replace('"Example"', '"""\nExample\nLtd\n"""')
    file += SERVICE.replace('"Web"', '"""\n Web\tsite\n"""') + "node = []\n"
    plan = loaded(tmp_path, file).plan
    assert plan.page.company_name == "Example Ltd"
    assert [service.label for service in plan.services] == [" Web site"]


def test_policy_comes_from_notify(tmp_path: Path) -> None:
    text = MINIMAL + "[notify]\n" + 'alert_on = "node"\npace = [5]\nstartup_notification = false\n'
    plan = loaded(tmp_path, text + SERVICE + NODE + 'mode = "push"\n').plan
    assert plan.policy == Policy(alert_on=AlertOn.NODE, pace_ms=(5_000,), startup=False)


def test_sick_is_a_trouble_only_where_the_file_says_so(tmp_path: Path) -> None:
    asked, not_asked = (
        loaded(
            tmp_path, f'{MINIMAL}[notify]\nalert_sick = {wish}\n{SERVICE}{NODE}mode = "push"\n'
        ).plan.policy.trouble_from
        for wish in ("true", "false")
    )
    assert (asked, not_asked) == (Status.SICK, Status.DEAD)


def test_reminders_come_from_notify(tmp_path: Path) -> None:
    text = MINIMAL + (
        "[notify]\nreminder_interval = 60\nreminder_backoff_function = 'square'\n"
        "reminder_backoff_limit = 5\nreminder_escalate = true\n"
    )
    policy = loaded(tmp_path, text + SERVICE + NODE + 'mode = "push"\n').plan.policy
    assert policy.reminding == Reminding(
        interval_ms=60_000, backoff=Backoff.SQUARE, limit=5, escalates=True
    )


def test_without_an_interval_nobody_is_reminded(tmp_path: Path) -> None:
    text = MINIMAL + "[notify]\nreminder_backoff_function = 'square'\n"
    plan = loaded(tmp_path, text + SERVICE + NODE + 'mode = "push"\n').plan
    assert plan.policy.reminding is None


def test_channels_are_called_by_their_name_or_their_kind(tmp_path: Path) -> None:
    notify = """
[[notify.webhook]]
hook_url = "https://example.com/one"
[[notify.webhook]]
name = "night"
hook_url = "https://example.com/two"
[notify.gotify]
app_url = "https://example.com/"
app_token = "token"
"""
    channels = loaded(tmp_path, MINIMAL + SERVICE + NODE + 'mode = "push"\n' + notify).plan.channels
    assert [(channel.key, channel.kind) for channel in channels] == [
        ("webhook", "webhook"),
        ("night", "webhook"),
        ("gotify", "gotify"),
    ]
    assert len({channel.digest for channel in channels}) == 3


def digest_of(folder: Path, text: str, **environ: str) -> str:
    return loaded(folder, text, environ).plan.digest


def test_the_digest_is_of_the_plan_and_not_of_the_server(tmp_path: Path) -> None:
    text = MINIMAL + SERVICE + POLL
    digest = digest_of(tmp_path, text)
    assert len(digest) == 64
    server = text.replace('"manager"', '"other"').replace("[server]", '[server]\nstore = "x.db"')
    assert digest_of(tmp_path, server) == digest
    for word in ('"Example"', '"Web"', '"API"', "tcp://10.0.0.1:80"):
        assert digest_of(tmp_path, text.replace(word, word.replace("e", "E").replace("1", "2"), 1))
    assert digest_of(tmp_path, text.replace('"Web"', '"Webb"')) != digest
    assert digest_of(tmp_path, text.replace("10.0.0.1:80", "10.0.0.1:81")) != digest
    assert digest_of(tmp_path, text + "poll_interval = 5\n") != digest
    assert digest_of(tmp_path, text + 'resolver = "10.0.0.53"\n') != digest
    assert digest_of(tmp_path, text + "[notify]\npace = []\n") != digest


def test_a_changed_secret_changes_the_digests(tmp_path: Path) -> None:
    gotify = '[notify.gotify]\napp_url = "https://example.com/"\napp_token = "${TOKEN}"\n'
    text = MINIMAL + SERVICE + POLL + gotify
    first = loaded(tmp_path, text, {"TOKEN": "one"}).plan
    second = loaded(tmp_path, text, {"TOKEN": "two"}).plan
    assert first.digest != second.digest
    assert first.channels[0].digest != second.channels[0].digest
    assert loaded(tmp_path, text, {"TOKEN": "one"}).plan.digest == first.digest
