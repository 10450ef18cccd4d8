"""The macros that connectors share: parts of URLs, and Google's default channel group."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.connectors.acquisition import add_macros


def result(call: str, *values: str | None) -> object:
    con = duckdb.connect()
    add_macros(con)
    return con.execute(f"SELECT {call}({', '.join('?::VARCHAR' for _ in values)})", values).fetchall()[0][0]


@pytest.mark.parametrize(
    ("url", "path", "host"),
    [
        ("https://www.example.com/prices/fibre?email=a@b.no#top", "/prices/fibre", "www.example.com"),
        ("https://Example.com", "/", "example.com"),
        ("http://localhost:3000/x", "/x", "localhost"),
        ("https://user:word@example.com/x", "/x", "example.com"),
        ("https://example.com/unsubscribe/a@b.no/now", "/unsubscribe/***/now", "example.com"),
        ("https://example.com/u/a%40b.no", "/u/***", "example.com"),
        ("app://home/first", "/first", "home"),
        ("(not set)", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_url_gives_its_path_and_host_and_nothing_else(url: str | None, path: str | None, host: str | None) -> None:
    assert (result("url_path", url), result("url_host", url)) == (path, host)


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "group"),
    [
        ("(direct)", "(none)", "(direct)", "Direct"),
        ("google", "cpc", "Cross-Network", "Cross-network"),
        ("amazon", "cpc", None, "Paid Shopping"),
        ("newsletter", "cpc", "spring-shop", "Paid Shopping"),
        ("google", "cpc", "brand", "Paid Search"),
        ("Bing", "PPC", "brand", "Paid Search"),
        ("facebook", "paid_social", None, "Paid Social"),
        ("youtube.com", "cpv", None, "Paid Video"),
        ("news.example", "display", None, "Display"),
        ("news.example", "cpm", None, "Display"),
        ("google-ad", "ppc", None, "Paid Other"),
        ("etsy.com", "referral", None, "Organic Shopping"),
        ("m.facebook.com", "referral", None, "Organic Social"),
        ("partner", "social", None, "Organic Social"),
        ("vimeo.com", "referral", None, "Organic Video"),
        ("www.google.no", "referral", None, "Organic Search"),
        ("anything", "organic", None, "Organic Search"),
        ("docs.google.com", "referral", None, "Referral"),
        ("newsletter", "e-mail", None, "Email"),
        ("partner", "affiliate", None, "Affiliates"),
        ("podcast", "audio", None, "Audio"),
        ("sms", None, None, "SMS"),
        ("app", "push", None, "Mobile Push Notifications"),
        ("partner", None, None, "Unassigned"),
        (None, None, None, None),
    ],
)
def test_a_visit_has_the_group_of_the_first_rule_that_fits(
    source: str | None, medium: str | None, campaign: str | None, group: str | None
) -> None:
    assert result("channel_group", source, medium, campaign) == group
