"""Vigil's users miss nothing: each key of its file, and each promise of its wire, has a test.

KEYS are those of Vigil's file with its defaults; PROMISES say for the rest of the sections 2 to 7,
for 9 (the page), 11 (what is said, and when) and 12 (in which words) of its reference which test
holds it: a test here, or an exchange that was recorded with it.
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
    "2.1 text in UTF-8": "the_line_of_a_byte_that_is_not_utf_8_is_named",
    "2.1 ${NAME} in quotes": "a_name_inside_quotes_becomes_the_text_of_its_variable",
    "2.1 ${NAME} bare": "a_bare_name_becomes_text",
    "2.1 a name that is not set": "a_name_that_is_not_set_is_an_error_each_time_it_is_used",
    "2.1 no text of a variable breaks the file": "no_text_breaks_the_syntax_or_sets_another_key",
    "2.1 ${NAME} in a script": "in_scripts_a_name_that_is_not_set_is_left_to_the_shell",
    "2.1 unknown keys": "an_unknown_key_is_an_error_only_where_we_are_strict",
    "2.1 wrong types, bounds, doubles": "a_bad_file_is_told_whole",
    "2.1 numbers": "values_are_read_as_generously_as_the_ancestors_read_them",
    "2.1 any ids": "ids_are_any_text_even_none_and_may_be_equal_in_two_services",
    "2.2 tables that must be there": "a_bad_file_is_told_whole",
    "2.2 empty lists": "a_page_may_have_no_services_and_a_service_no_nodes",
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
    "2.6 script_parallelism": (
        "as_many_scripts_run_at_once_as_the_file_says_and_none_of_them_makes_way"
    ),
    "2.6 loads": "a_load_above_a_threshold_is_sick_and_says_of_what",
    "2.7 a queue and its limits": "a_node_has_its_queue_with_the_limits_of_the_plugin",
    "2.8 startup_notification": "policy_comes_from_notify",
    "2.8 reminders": "reminders_come_from_notify",
    "2.8 no reminders": "without_an_interval_nobody_is_reminded",
    "2.8 back-off": "reminders_never_come_closer",
    "2.8 escalation": "a_reminder_rouses_all_or_as_many_targets_as_it_escalated_to",
    "2.8 several channels of a kind": "channels_are_called_by_their_name_or_their_kind",
    "2.9 replicas and scripts elsewhere": "a_bad_file_is_told_whole",
    "2.9 no replicas, no scripts": "a_node_of_which_nothing_can_be_looked_at_is_a_warning",
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
    "3 the order of replicas that report": (
        "replicas_stand_in_the_order_of_their_first_report_whoever_leaves"
    ),
    "3 not heard yet": "5_the_word_is_one_of_three_whatever_a_replica_stands_on",
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
    "4 credentials before the body": (
        "one_without_the_right_token_is_told_that_before_a_body_is_called_too_long"
    ),
    "4 an empty password": "recorded: empty token",
    "4 padding": "recorded: base64 without padding",
    "4 HTTP/1.0": "one_of_version_1_0_need_not_name_a_host",
    "4 malformed requests": "a_malformed_request_is_answered_4xx",
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
    "5 the three words": "5_the_word_is_one_of_three_whatever_a_replica_stands_on",
    "5 changes": "5_the_word_follows_each_change_at_once",
    "5 queries": "5_a_query_changes_nothing",
    "5 caches": "5_whoever_keeps_a_status_asks_each_time_whether_it_is_still_true",
    "5 ETag": "an_unchanged_page_is_not_sent_again",
    "5 robots.txt": "robots_are_told_what_the_operator_says_or_that_all_is_open",
    "5 assets": "files_are_served_at_vigils_depths_with_their_types_and_names",
    "5 assets in part, or if changed": "a_file_is_given_as_it_is_asked_for",
    "5 assets are confined": "nothing_is_served_that_is_hidden_elsewhere_or_no_file",
    "5.1 the report": "recorded: status report",
    "5.1 keys": "5_1_the_report_has_vigils_keys_in_their_order_and_no_more",
    "5.1 empty lists": "5_1_lists_are_empty_where_there_is_nothing_and_never_null",
    "5.1 the report elsewhere": "5_the_report_may_be_read_by_pages_elsewhere",
    "5.2 badges": "a_badge_shows_the_general_status_and_is_asked_for_each_time",
    "5.2 colours": "a_badge_has_vigils_colour_and_says_its_status_in_words",
    "5.2 badges of one's own": "an_operators_badge_comes_before_ours_and_may_be_of_another_kind",
    "5.2 an unknown badge": "recorded: unknown badge",
    "6.1 load": "recorded: load report accepted",
    "6.1 health": "recorded: sick health to local node",
    "6.1 both": "recorded: both load and health",
    "6.1 neither": "recorded: neither load nor health",
    "6.1 negative loads": "recorded: negative cpu",
    "6.1 high loads": "a_load_is_clamped_to_a_thousand",
    "6.1 whole loads": "recorded: integer loads",
    "6.1 any name of a replica": "recorded: url as replica id",
    "6.1 unknown nodes": "recorded: unknown node",
    "6.1 unknown services": "recorded: unknown service",
    "6.1 load elsewhere": "recorded: load to poll node",
    "6.1 health elsewhere": "recorded: health to push node",
    "6.1 what a report does": "a_report_of_load_says_who_when_how_long_and_how_much",
    "6.1 what a health report does": "a_report_of_health_is_believed",
    "6.2 flush": "recorded: flush known replica",
    "6.2 flush twice": "recorded: flush again",
    "6.2 flush whom nobody knows": "recorded: flush unknown replica",
    "6.2 flush from an unknown node": "recorded: flush unknown node",
    "6.2 flush elsewhere": "recorded: flush on poll node",
    "6.2 back after a flush": "a_replica_that_reports_is_registered_and_one_that_is_flushed_leaves",
    "6.2 dead until it is flushed": "the_last_voice_is_never_forsaken",
    "6.3 intervals": "an_interval_may_be_any_number_that_is_not_negative",
    "6.3 bounds of intervals": "an_interval_is_clamped_to_a_second_and_a_week",
    "6.4 the real reporters": ("a_real_reporter_is_registered_its_load_seen_and_its_silence_heard"),
    "6.5 a stalled queue": "a_stalled_queue_is_dead_once_under_healthy_pushes_and_does_not_flap",
    "6.5 loaded and stalled": "a_queue_is_loaded_from_its_limits_on_and_stalled_above_them",
    "6.5 a node's own limits": (
        "a_node_has_limits_of_its_own_for_what_is_not_acknowledged_even_none"
    ),
    "6.5 the request": "it_is_asked_with_basic_auth_and_by_the_name_of_our_looks",
    "6.5 a queue elsewhere": (
        "a_queue_of_a_node_that_does_not_report_acts_on_nothing_and_is_a_warning"
    ),
    "6.5 all replicas of the node": "every_replica_that_has_reported_is_affected_and_no_other_node",
    "6.5 a second look": "a_loaded_queue_is_asked_once_more_and_only_the_second_answer_counts",
    "6.5 no answer": "a_queue_that_cannot_be_asked_any_more_takes_back_what_it_said",
    "6.5 the virtual host": ("the_virtual_host_is_taken_as_it_is_written_and_the_queue_is_encoded"),
    "7 list": "recorded: one announcement",
    "7 the order of the list": "announcements_are_listed_in_the_order_in_which_they_were_made",
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
    "7 ignoring is for reminders, and beyond a recovery": (
        "a_mute_silences_reminders_alone_and_outlasts_its_outage"
    ),
    "7 the manager's token": "only_the_managers_token_opens_the_manager",
    "7 other methods": "any_other_method_or_path_of_the_manager_is_unknown",
    "7 HEAD": "head_is_answered_where_get_is_without_a_body",
    "7 times of an announcement": "an_announcement_may_have_times_which_are_listed_and_shown",
    "9.1 wording per status": "the_whole_is_marked_as_its_worst_service",
    "9.1 anchors, labels, boxes, links": "9_1_a_service_has_its_anchor_its_nodes_boxes_and_a_link",
    "9.2 the tooltip": "9_2_what_the_tooltip_said_can_be_read_without_script_and_pointer",
    "9.2 its numbers": "9_2_the_tooltips_numbers_are_said_of_a_replica",
    "9.2 the queue": "9_2_a_queue_says_what_is_ready_and_what_is_not_acknowledged",
    "9.4 index.tera": "templates_of_the_ancestor_are_declined_and_assets_honoured",
    "11.1 a startup message": "a_start_is_told_once_in_ten_minutes_however_often_it_starts",
    "11.1 with the true status": "a_start_says_what_is_true_and_not_that_all_is_well",
    "11.1 after the first verdicts": "all_is_seen_once_a_look_at_each_target_counts",
    "11.1 a dead receiver delays nobody": "every_channel_survives_what_its_far_side_does",
    "11.2 poll and script": "two_looks_are_needed_in_a_row",
    "11.2 local": "a_report_of_health_is_believed",
    "11.2 silent": "silence_counts_from_the_last_word_and_from_when_we_could_hear",
    "11.2 push and its loads": "a_load_above_a_threshold_is_sick_and_says_of_what",
    "11.2 a stalled or loaded queue": (
        "a_stalled_queue_is_dead_and_a_loaded_one_sick_whatever_the_reporter_says"
    ),
    "11.2 load hides no stalled queue": "high_load_does_not_hide_a_stalled_queue",
    "11.2 the worst below": "the_order_of_sightings_changes_no_verdict",
    "11.3 dead and not dead any more": "an_outage_is_told_once_and_its_end_says_who_came_back",
    "11.3 between healthy and sick": "sick_and_healthy_again_is_told_to_nobody",
    "11.3 dead to sick": "an_outage_that_ends_sick_is_told_as_sick",
    "11.3 a second victim": "a_late_victim_is_told_at_the_next_step_of_the_pace",
    "11.3 reminders": "an_open_alert_is_reminded_of_until_it_closes",
    "11.3 ignored reminders": "the_muted_weekend",
    "11.3 the waits": "the_waits_are_those_of_vigil",
    "11.3 the list": "the_dead_are_those_of_the_newest_word_on_each_alert",
    "11.3 the limit": "a_limit_of_nothing_lets_no_wait_grow",
    "11.3 escalation": "the_reminder_that_escalates",
    "11.3 counters begin anew": "the_next_outage_is_reminded_of_from_the_beginning",
    "11.3 all of a run": "the_webhook_hears_what_it_heard_from_vigil",
    "12.1 reminders_only": "who_is_told_reminders_only_is_told_nothing_else",
    "12.1 one deadline": "an_api_that_never_answers_is_left_at_its_deadline",
    "12.1 redirects": "what_a_person_must_change_is_refused_without_a_secret",
    "12.1 kinds and words": "12_1_each_kind_of_message_has_the_ancestors_words",
    "12.1 the three kinds": "the_kinds_are_the_ancestors_words",
    "12.1 a target that failed alone is told again": "each_number_is_a_target_of_its_own",
    "12.1 2xx": "every_2xx_is_taken",
    "12.1 escalation": "a_reminder_rouses_all_or_as_many_targets_as_it_escalated_to",
    "12.1 each kind, recorded": "ours_sends_what_the_ancestor_sent_for_the_same_facts",
    "12.2 encryption required": "a_mail_arrives_over_starttls",
    "12.2 encryption offered": "encryption_is_used_where_it_is_offered_though_not_required",
    "12.2 neither": "without_encryption_required_a_server_that_has_none_is_fine",
    "12.2 TLS from the first byte": "a_mail_arrives_over_tls_from_the_first_byte",
    "12.2 PLAIN, then LOGIN": "both_user_and_password_log_in_by_plain_then_login",
    "12.2 a user alone": "a_user_without_a_password_does_not_log_in",
    "12.2 subject": "the_subject_is_the_status_and_who_is_dead",
    "12.2 subject of a recovery": "the_subject_is_the_status_alone_where_nobody_is_dead",
    "12.2 body": "the_body_says_what_the_ancestors_said_line_by_line",
    "12.2 first line": "the_first_line_says_why_there_is_a_mail",
    "12.2 sender": "the_sender_is_called_as_the_page",
    "12.2 headers": "equal_messages_are_equal_mails_with_the_id_of_the_message",
    "12.2 threads": "all_mails_of_an_alert_are_one_thread",
    "12.2 the final 250": "a_mail_is_told_with_the_final_250_whatever_comes_of_the_farewell",
    "12.2 a bad address": "an_address_that_is_none_is_refused_when_the_file_is_read",
    "12.2 recorded mails": "ours_says_what_the_ancestor_said_for_the_same_facts",
    "12.3 text": "12_3_the_body_is_the_ancestors_with_our_sentences_before_its_last_newline",
    "12.3 1000 bytes": "a_body_that_is_too_long_is_cut_between_two_characters",
    "12.4 text and colour": "12_4_the_text_says_what_changed_and_the_bar_has_its_colour",
    "12.4 escaped": "what_others_wrote_is_escaped_and_rouses_nobody",
    "12.5 content": "12_5_the_content_is_the_ancestors_with_our_sentences_below",
    "12.6 text": "12_6_the_text_has_a_line_for_each_of_the_dead",
    "12.6 chat_id": "a_chat_is_a_number_where_it_is_one_without_a_sign",
    "12.6 escaped": "an_underscore_in_the_url_is_escaped",
    "12.7 message": "12_7_the_message_is_the_ancestors_with_our_sentences_below",
    "12.7 priority": "only_who_is_to_be_roused_gets_a_priority",
    "12.7 each user key": "each_user_is_a_target_of_its_own",
    "12.8 message": "12_8_the_message_has_a_line_for_each_of_the_dead",
    "12.8 below a path": "a_server_below_a_path_needs_no_slash_at_its_end",
    "12.9 body": "the_words_are_those_of_a_text_message_and_the_url",
    "12.9 log in, send, leave": "a_message_is_kept_by_a_real_server_with_the_id_of_the_message",
    "12.9 a deadline": "whoever_never_answers_is_left_at_the_deadline_and_let_go",
    "12.10 html": "12_10_the_html_counts_the_dead_of_each_node_and_the_plain_body_names_them",
    "12.10 transactions, token": "a_repeat_is_the_same_transaction_and_the_token_is_in_no_url",
    "12.11 text": "12_11_the_text_is_a_letters_without_its_frame",
    "12.12 keys": "12_12_the_ancestors_keys_come_first_and_in_their_order",
    "12.12 words": "the_ancestors_keys_say_what_they_always_said",
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
