"""Tests of promises that stand beside the code that they are about: by promise, as ``file::name`` below ``tests/``."""

from __future__ import annotations

from typing import Final

ELSEWHERE: Final[dict[int, tuple[str, ...]]] = {
    1: (
        "e2e/test_faults.py::test_commits_lost_in_a_power_cut_are_made_again_under_the_same_ids",
        "scheduler/test_outbox_faults.py::test_kill_9_at_any_moment_loses_nothing_and_repeats_only_what_was_under_way",
    ),
    2: (
        "scraper/store/test_histories.py::test_session_ids_in_every_link_are_no_news",
        "scraper/store/test_histories.py::test_doublets_on_the_page_are_one_item",
    ),
    3: (
        "scraper/store/test_db.py::test_kill_at_any_point_of_the_creation_is_made_good_by_the_next_start",
        "scraper/store/test_two_connections.py::test_what_is_committed_after_a_visit_of_another_process_is_there_for_all",
    ),
    4: (
        "scraper/store/test_db.py::test_cut_file_is_refused",
        "scraper/store/test_db.py::test_damage_with_the_log_of_a_killed_process_beside_it_is_refused_untouched",
    ),
    5: ("scraper/store/test_ingest.py::test_full_disk_loses_nothing_and_it_goes_on_when_there_is_room",),
    6: ("scraper/store/test_ingest.py::test_each_table_may_refuse_a_row_and_nothing_is_half_written",),
    7: ("scheduler/test_outbox.py::test_after_six_hours_without_a_receiver_everything_arrives_in_order_once",),
    8: (
        "scheduler/test_outbox.py::test_a_restored_database_repeats_with_the_same_id_only",
        "scheduler/test_outbox_faults.py::test_every_write_that_fails_can_be_made_up_for",
    ),
    9: ("scraper/store/test_histories.py::test_first_look_is_a_baseline_and_tells_nothing",),
    10: ("e2e/test_daemon.py::test_slow_hook_delays_neither_checks_nor_other_hooks",),
    11: ("scheduler/test_render.py::test_a_digest_of_long_titles_fits",),
    12: (
        "e2e/test_moments.py::test_each_moment_of_the_fixture_site_gives_the_events_that_it_should",
        "scraper/store/test_histories.py::test_unwell_state_opens_and_closes_once_and_is_no_item_news",
    ),
    13: ("scraper/store/test_histories.py::test_failures_fold_and_what_was_published_meanwhile_is_told",),
    14: (
        "scraper/test_fetch.py::test_an_answer_cut_at_any_byte_is_never_a_shorter_page",
        "scraper/test_decompress.py::test_a_stream_that_is_cut_anywhere_is_incomplete",
        "scraper/test_feed.py::test_a_cut_feed_is_an_error_never_a_shorter_list",
    ),
    15: (
        "scraper/test_feed.py::test_a_broken_entry_costs_one_entry_and_is_told",
        "scraper/test_urls.py::test_no_href_ever_raises",
        "fuzz/test_fuzz.py::test_a_thousand_damaged_inputs_are_survived_within_bounds",
    ),
    16: ("scraper/store/test_histories.py::test_list_without_items_is_empty_not_a_change_of_layout",),
    17: (
        "scraper/test_parsepool.py::test_a_page_that_misbehaves_costs_itself_only",
        "scraper/test_parsepool.py::test_a_page_that_swells_is_stopped_at_the_memory_limit",
        "scraper/test_decompress.py::test_a_bomb_is_stopped_while_it_unfolds",
    ),
    18: ("scraper/test_fetch.py::test_silent_ports_do_not_delay_another_port_of_the_same_host",),
    19: (
        "scraper/test_guard.py::test_every_library_sees_a_refused_connection",
        "scraper/test_addresses.py::test_addresses_that_are_not_global_are_refused",
        "e2e/test_manners.py::test_address_that_nobody_opened_is_refused_and_the_sentence_recorded",
    ),
    20: (
        "scraper/test_settings.py::test_only_http_and_https_can_be_fetched",
        "scraper/test_feed.py::test_entities_and_external_documents_are_never_resolved",
    ),
    21: (
        "scraper/test_fetch.py::test_credentials_stay_with_their_origin",
        "scheduler/test_channels.py::test_parts_of_a_url_are_masked",
        "e2e/test_two_processes.py::test_a_token_does_not_follow_an_address_that_another_process_configured",
        "e2e/test_two_processes.py::test_what_a_service_cannot_ask_for_as_configured_it_does_not_ask_for",
    ),
    22: (
        "scraper/test_robots.py::test_a_4xx_allows_and_a_5xx_or_silence_forbids",
        "e2e/test_manners.py::test_robots_spacing_and_retry_after_are_obeyed",
    ),
    23: (
        "scraper/test_fetch.py::test_a_proxy_of_the_environment_is_not_used",
        "scraper/test_parsepool.py::test_no_network_secret_or_file_reaches_a_worker",
    ),
    24: (
        "presswatch/web/test_pages.py::test_a_page_of_ours_is_light_and_inert",
        "presswatch/web/test_pages.py::test_a_captured_page_is_text",
        "scheduler/test_templates.py::test_values_are_escaped_in_html",
    ),
    25: ("presswatch/web/test_pages.py::test_csv_of_datasette_is_safe_for_spreadsheets",),
    26: ("scheduler/test_mail.py::test_a_page_writes_no_header_and_no_markup",),
    27: ("scraper/test_charset.py::test_undeclared_text_is_read_in_its_encoding",),
    28: (
        "scheduler/test_timing.py::test_no_midnight_is_missed_in_a_year",
        "scheduler/test_clockwatch.py::test_jump_is_noticed_once_and_by_how_much",
    ),
    29: ("scraper/store/test_leases.py::test_lease_of_a_killed_process_is_taken_over_at_once",),
    30: ("scheduler/test_outbox.py::test_close_does_not_wait_for_a_silent_receiver",),
}
