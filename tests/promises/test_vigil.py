"""Vigil's users miss nothing: each key of its file, and each promise of its wire, has a test.

KEYS are those of Vigil's file with its defaults; PROMISES say for the rest of the sections 2 to 7
of its reference which test holds it: a test here, or an exchange that was recorded with it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.interop.replay import GOLDEN, RECORDED
from watchkeeper.app.kinds import kinds
from watchkeeper.config.load import load
from watchkeeper.config.problems import Severity
from watchkeeper.config.tables import Table, describe

_TEST = re.compile(r"^(?:async )?def test_(\w+)", re.MULTILINE)
TESTS = Path(__file__).parents[1]
REQUIRED, ABSENT = "required", None

KEYS: Mapping[str, Mapping[str, object]] = {
    "server": {  # 2.3
        "log_level": "error",
        "inet": "[::1]:8080",
        "workers": 4,
        "mcp_server": False,
        "manager_token": REQUIRED,
        "reporter_token": REQUIRED,
    },
    "assets": {"path": "./res/assets/"},  # 2.4
    "branding": {  # 2.5
        "page_title": "Status Page",
        "page_url": REQUIRED,
        "company_name": REQUIRED,
        "icon_color": REQUIRED,
        "icon_url": REQUIRED,
        "logo_color": REQUIRED,
        "logo_url": REQUIRED,
        "website_url": REQUIRED,
        "support_url": REQUIRED,
        "custom_html": ABSENT,
    },
    "metrics": {  # 2.6; of the two shares, what Vigil's documentation says and not its code
        "poll_interval": 120,
        "poll_retry": 2,
        "poll_retry_wait": 500,
        "poll_http_status_healthy_above": 200,
        "poll_http_status_healthy_below": 400,
        "poll_delay_dead": 10,
        "poll_delay_sick": 5,
        "poll_parallelism": 4,
        "push_delay_dead": 20,
        "push_system_cpu_sick_above": 0.90,
        "push_system_ram_sick_above": 0.90,
        "script_interval": 300,
        "script_parallelism": 2,
        "local_delay_dead": 40,
    },
    "plugins.rabbitmq": {  # 2.7
        "api_url": REQUIRED,
        "auth_username": REQUIRED,
        "auth_password": REQUIRED,
        "virtualhost": REQUIRED,
        "queue_ready_healthy_below": REQUIRED,
        "queue_nack_healthy_below": REQUIRED,
        "queue_ready_dead_above": REQUIRED,
        "queue_nack_dead_above": REQUIRED,
        "queue_loaded_retry_delay": ABSENT,
    },
    "notify": {  # 2.8
        "startup_notification": True,
        "reminder_interval": ABSENT,
        "reminder_backoff_function": "none",
        "reminder_backoff_limit": 3,
        "reminder_escalate": False,
    },
    "notify.email": {
        "to": REQUIRED,
        "from": REQUIRED,
        "smtp_host": "localhost",
        "smtp_port": 587,
        "smtp_username": ABSENT,
        "smtp_password": ABSENT,
        "smtp_encrypt": True,
        "reminders_only": False,
    },
    "notify.twilio": {
        "to": REQUIRED,
        "service_sid": REQUIRED,
        "account_sid": REQUIRED,
        "auth_token": REQUIRED,
        "reminders_only": False,
    },
    "notify.slack": {"hook_url": REQUIRED, "mention_channel": False, "reminders_only": False},
    "notify.zulip": {
        "bot_email": REQUIRED,
        "bot_api_key": REQUIRED,
        "channel": REQUIRED,
        "api_url": REQUIRED,
        "reminders_only": False,
    },
    "notify.telegram": {
        "bot_token": REQUIRED,
        "chat_id": REQUIRED,
        "message_thread_id": ABSENT,
        "reminders_only": False,
    },
    "notify.pushover": {"app_token": REQUIRED, "user_keys": REQUIRED, "reminders_only": False},
    "notify.gotify": {"app_url": REQUIRED, "app_token": REQUIRED, "reminders_only": False},
    "notify.xmpp": {
        "to": REQUIRED,
        "from": REQUIRED,
        "xmpp_password": REQUIRED,
        "reminders_only": False,
    },
    "notify.matrix": {
        "homeserver_url": REQUIRED,
        "access_token": REQUIRED,
        "room_id": REQUIRED,
        "reminders_only": False,
    },
    "notify.webex": {
        "endpoint_url": REQUIRED,
        "token": REQUIRED,
        "room_id": REQUIRED,
        "reminders_only": False,
    },
    "notify.webhook": {"hook_url": REQUIRED},
    "probe.service": {"id": REQUIRED, "label": REQUIRED, "node": REQUIRED},  # 2.9
    "probe.service.node": {
        "id": REQUIRED,
        "label": REQUIRED,
        "mode": REQUIRED,
        "replicas": ABSENT,
        "scripts": ABSENT,
        "http_headers": ABSENT,
        "http_method": ABSENT,
        "http_body": ABSENT,
        "http_body_healthy_match": ABSENT,
        "reveal_replica_name": False,
        "link_url": ABSENT,
        "link_label": ABSENT,
        "rabbitmq_queue": ABSENT,
        "rabbitmq_queue_nack_healthy_below": ABSENT,
        "rabbitmq_queue_nack_dead_above": ABSENT,
    },
}

PROMISES: Mapping[str, str] = {
    "2.1 a file that is missing": "a_file_that_is_not_there_says_how_to_name_another",
    "2.1 ${NAME} in quotes": "a_name_inside_quotes_becomes_the_text_of_its_variable",
    "2.1 ${NAME} bare": "a_bare_name_becomes_text",
    "2.1 a name that is not set": "a_name_that_is_not_set_is_an_error_each_time_it_is_used",
    "2.1 no text of a variable breaks the file": "no_text_breaks_the_syntax_or_sets_another_key",
    "2.1 ${NAME} in a script": "in_scripts_a_name_that_is_not_set_is_left_to_the_shell",
    "2.1 unknown keys": "an_unknown_key_is_an_error_only_where_we_are_strict",
    "2.1 wrong types, bounds, doubles": "a_bad_file_is_told_whole",
    "2.1 numbers": "values_are_read_as_generously_as_the_ancestors_read_them",
    "2.2 tables that must be there": "a_bad_file_is_told_whole",
    "2.3 words of log_level": "log_levels_are_read_in_any_case",
    "2.3 inet": "an_address_prints_as_it_was_written",
    "2.3 an empty token": "an_empty_token_lets_nobody_in",
    "2.3 keys without effect": "vigils_own_file_starts_with_notices_only",
    "2.4 a folder or none": "assets_are_looked_for_where_vigil_has_them",
    "2.4 templates": "templates_of_the_ancestor_are_declined_and_assets_honoured",
    "2.5 URLs are normalised": "a_url_is_written_as_a_browser_writes_it",
    "2.5 the page": "each_key_of_branding_is_on_the_page",
    "2.5 custom_html": "an_operators_own_html_stands_in_the_head_as_it_is_and_may_run",
    "2.6 meaning": "defaults_are_those_of_the_reference",
    "2.6 poll_interval, script_interval": "looks_are_one_interval_apart",
    "2.6 poll_retry, poll_retry_wait": (
        "a_dead_one_is_tried_again_as_often_as_the_file_says_with_waits_between_alone"
    ),
    "2.6 poll_delay_sick": "a_good_answer_is_sick_from_the_latency_that_the_file_says",
    "2.6 poll_delay_dead": "one_deadline_holds_for_all_and_the_phase_is_named",
    "2.6 bounds of healthy statuses": "the_bounds_are_those_of_the_file",
    "2.6 push_delay_dead": "silence_counts_from_the_last_word_and_from_when_we_could_hear",
    "2.6 grace of local nodes": "a_local_daemon_has_a_grace_of_its_own",
    "2.6 loads": "a_load_above_a_threshold_is_sick_and_says_of_what",
    "2.7 a queue and its limits": "a_node_has_its_queue_with_the_limits_of_the_plugin",
    "2.8 startup_notification": "policy_comes_from_notify",
    "2.8 reminders": "reminders_come_from_notify",
    "2.8 no reminders": "without_an_interval_nobody_is_reminded",
    "2.8 back-off": "reminders_never_come_closer",
    "2.8 escalation": "a_reminder_rouses_all_or_as_many_targets_as_it_escalated_to",
    "2.8 several channels of a kind": "channels_are_called_by_their_name_or_their_kind",
    "2.9 replicas and scripts elsewhere": "a_bad_file_is_told_whole",
    "2.9 equal replicas": "a_replica_is_named_by_its_raw_text_and_only_once",
    "2.9 http_method": "a_body_goes_with_the_methods_that_have_one",
    "2.9 http_headers": "headers_of_the_file_take_the_place_of_ours",
    "2.9 http_body_healthy_match": "the_body_must_match",
    "2.9 reveal_replica_name": "names_stay_hidden_unless_the_node_reveals_them",
    "2.9 links": "a_link_that_would_run_script_is_not_made",
    "2.9 scripts by number": "script_nodes_are_kept_with_numbered_replicas",
    "2.10 accepted URLs": "what_the_ancestor_accepts_is_accepted",
    "2.10 refused URLs": "what_cannot_be_looked_at_is_refused_with_words",
    "3 a replica's name": "a_replica_is_named_by_its_three_ids",
    "4 slashes": "recorded: load report, doubled slashes",
    "4 no trailing slash": "recorded: load report, no trailing slash",
    "4 percent-decoding": "recorded: flush percent-encoded replica",
    "4 other methods": "recorded: PUT on reporter",
    "4 HEAD where GET is": "head_is_answered_where_get_is_without_a_body",
    "4 unknown paths": "recorded: unknown path",
    "4 chunked bodies": "recorded: chunked body",
    "4 the user name": "recorded: user name ignored",
    "4 no credentials": "recorded: no authorization",
    "4 another scheme": "recorded: bearer scheme",
    "4 the scheme's letters": "recorded: lower-case scheme",
    "4 bad base64": "recorded: bad base64",
    "4 no colon": "recorded: base64 without colon",
    "4 a wrong password": "recorded: wrong token",
    "4 a colon in the password": "recorded: password with colon",
    "4 credentials before the node": "recorded: unknown service, wrong token",
    "4 types of JSON": "recorded: +json content type",
    "4 any charset": "recorded: odd charset",
    "4 another type": "recorded: text/plain refused",
    "4 malformed JSON": "recorded: malformed json",
    "4 a long body": "recorded: body over 2 MiB",
    "4 unknown fields": "recorded: unknown fields",
    "4 null is absent": "recorded: null load and health",
    "5 the page": "recorded: page",
    "5 the word": "recorded: status text",
    "5 the word, slash": "recorded: status text, slash",
    "5 robots.txt": "robots_are_told_what_the_operator_says_or_that_all_is_open",
    "5 assets": "files_are_served_at_vigils_depths_with_their_types_and_names",
    "5 assets in part, or if changed": "a_file_is_given_as_it_is_asked_for",
    "5 assets are confined": "nothing_is_served_that_is_hidden_elsewhere_or_no_file",
    "5.1 the report": "recorded: status report",
    "5.1 the report elsewhere": "the_report_may_be_read_by_pages_elsewhere",
    "5.2 badges": "a_badge_shows_the_general_status_and_is_asked_for_each_time",
    "5.2 colours": "a_badge_has_vigils_colour_and_says_its_status_in_words",
    "5.2 badges of one's own": "an_operators_badge_comes_before_ours_and_may_be_of_another_kind",
    "5.2 an unknown badge": "recorded: unknown badge",
    "6.1 load": "recorded: load report accepted",
    "6.1 health": "recorded: sick health to local node",
    "6.1 both": "recorded: both load and health",
    "6.1 neither": "recorded: neither load nor health",
    "6.1 negative loads": "recorded: negative cpu",
    "6.1 unknown nodes": "recorded: unknown node",
    "6.1 load elsewhere": "recorded: load to poll node",
    "6.1 health elsewhere": "recorded: health to push node",
    "6.1 what a report does": "a_report_of_load_says_who_when_how_long_and_how_much",
    "6.1 what a health report does": "a_report_of_health_is_believed",
    "6.2 flush": "recorded: flush known replica",
    "6.2 flush twice": "recorded: flush again",
    "6.2 flush elsewhere": "recorded: flush on poll node",
    "6.2 back after a flush": "a_replica_that_reports_is_registered_and_one_that_is_flushed_leaves",
    "6.3 intervals": "an_interval_may_be_any_number_that_is_not_negative",
    "6.3 bounds of intervals": "an_interval_is_clamped_to_a_second_and_a_week",
    "6.4 the real reporters": ("a_real_reporter_is_registered_its_load_seen_and_its_silence_heard"),
    "6.5 a stalled queue": "a_stalled_queue_is_dead_once_under_healthy_pushes_and_does_not_flap",
    "6.5 a second look": "a_loaded_queue_is_asked_once_more_and_only_the_second_answer_counts",
    "6.5 no answer": "a_queue_that_cannot_be_asked_any_more_takes_back_what_it_said",
    "6.5 the virtual host": ("the_virtual_host_is_taken_as_it_is_written_and_the_queue_is_encoded"),
    "7 list": "recorded: one announcement",
    "7 announce": "recorded: insert announcement",
    "7 an empty title": "recorded: empty title",
    "7 an empty text": "recorded: empty text",
    "7 retract": "an_announcement_is_written_listed_and_taken_back",
    "7 retract what is not there": "recorded: retract unknown",
    "7 announcements on the page": (
        "announcements_are_shown_the_newest_first_with_their_date_and_lines"
    ),
    "7 announcements survive": "what_is_announced_is_followed_and_survives_until_it_is_retracted",
    "7 alerts": "the_replicas_in_trouble_are_listed_in_the_order_of_the_file",
    "7 ignored reminders": "reminders_are_ignored_for_a_while_or_no_longer",
    "7 bounds of ignoring": "recorded: ignore too long",
    "7 ignoring survives": "a_mute_counts_down_and_survives_a_start",
    "7 ignored reminders are not sent": "a_muted_page_is_not_reminded_before_the_mute_ends",
    "7 the manager's token": "only_the_managers_token_opens_the_manager",
}


@pytest.mark.parametrize(
    ("table", "name"), [(table, name) for table, keys in KEYS.items() for name in keys]
)
def test_each_key_of_vigils_file_is_known_and_has_its_default(table: str, name: str) -> None:
    key = _table(table).keys[name]
    wanted = KEYS[table][name]
    if wanted is REQUIRED:
        assert key.is_required
    elif wanted is ABSENT:
        assert not key.is_required
        assert not key.default
    else:
        assert _plain(key.default) == wanted


def test_a_file_with_all_of_vigils_keys_starts_with_notices_only() -> None:
    environ = {"VIGIL_MANAGER_TOKEN": "manager", "VIGIL_REPORTER_TOKEN": "reporter", "X": "${"}
    told = load(GOLDEN / "sample.cfg", kinds(), environ)
    assert {notice.severity for notice in told.notices} <= {Severity.NOTICE}
    assert str(told.plan.page.url) == "https://status.example.com/"
    assert told.server.manager_token.matches("manager")
    text = (GOLDEN / "sample.cfg").read_text()
    named = {(table, name) for table, keys in KEYS.items() for name in keys if name != "node"}
    missing = {name for _, name in named if not re.search(rf"^{name} = ", text, re.MULTILINE)}
    assert missing == {"mcp_server"}, "Vigil's sample does not name that one"


def test_each_promise_of_vigils_wire_is_held_by_a_test_that_is_there() -> None:
    tests = _tests()
    recorded = {f"recorded: {item['request']['name']}" for item in RECORDED}
    missing = {row: held for row, held in PROMISES.items() if held not in tests | recorded}
    assert missing == {}


def _table(path: str) -> Table:
    table = describe(kinds())
    for name in path.split("."):
        form = table.keys[name].form
        assert isinstance(form, Table)
        table = form
    return table


def _plain(default: Any) -> Any:
    return str(default) if not isinstance(default, int | float) else default


def _tests() -> set[str]:
    texts = (path.read_text() for path in TESTS.rglob("test_*.py"))
    return {name for text in texts for name in _TEST.findall(text)}
