"""SQL macros that connectors share: parts of a URL, and how a visitor came.

The rules of `channel_group` are those that Google publishes for the default channel group of GA4, in their order.
Its list of sites has hundreds of names and changes; here are the large ones. An export's own group goes before ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_SEARCH = (
    "google|bing|duckduckgo|yahoo|baidu|yandex|ecosia|qwant|startpage|brave|naver|daum|seznam|sogou|ask|aol|kvasir|msn"
)
_SOCIAL = (
    "facebook|instagram|linkedin|twitter|tiktok|pinterest|reddit|snapchat|threads|bluesky|mastodon|whatsapp|telegram"
    "|messenger|quora|tumblr|xing|weibo|wechat|discord|yammer|nextdoor|meetup|vkontakte"
)
_SOCIAL_SHORT = "'fb', 'ig', 't.co', 'lnkd.in', 'x.com', 'vk.com', 'bsky.app', 'fb.com'"
_VIDEO = "youtube|vimeo|twitch|dailymotion|netflix|hulu|disneyplus|wistia|youtu"
_SHOP = "amazon|ebay|etsy|alibaba|aliexpress|walmart|shopify|igshopping|prisjakt"
_ENDING = r"(\.[a-z]{2,3}){0,2}$"  # google, google.no, google.co.uk; not google-ad
_PAID = "'^(.*cp.*|ppc|retargeting|paid.*)$'"
_SHOP_CAMPAIGN = "'^(.*(([^a-df-z]|^)shop|shopping).*)$'"
_EMAIL = "'email', 'e-mail', 'e_mail', 'e mail'"

# What stands before the name: docs.google.com is no search engine, but any part of Facebook is social.
_IS_SEARCH = rf"regexp_matches(v.s, '^((www|search|m|[a-z]{{2}})\.)*({_SEARCH}){_ENDING}')"
_IS_SOCIAL = rf"(v.s IN ({_SOCIAL_SHORT}) OR regexp_matches(v.s, '^([a-z0-9-]+\.)*({_SOCIAL}){_ENDING}'))"
_IS_VIDEO = rf"regexp_matches(v.s, '^([a-z0-9-]+\.)*({_VIDEO}){_ENDING}')"
_IS_SHOP_SITE = rf"regexp_matches(v.s, '^([a-z0-9-]+\.)*({_SHOP}){_ENDING}')"
_IS_SHOP = rf"({_IS_SHOP_SITE} OR coalesce(regexp_matches(v.c, {_SHOP_CAMPAIGN}), FALSE))"

_CHANNEL_GROUP = f"""CASE
    WHEN v.s IS NULL AND v.m IS NULL AND v.c IS NULL THEN NULL
    WHEN v.s = '(direct)' AND v.m IN ('(not set)', '(none)') THEN 'Direct'
    WHEN contains(v.c, 'cross-network') THEN 'Cross-network'
    WHEN regexp_matches(v.m, {_PAID}) THEN CASE
        WHEN {_IS_SHOP} THEN 'Paid Shopping' WHEN {_IS_SEARCH} THEN 'Paid Search' WHEN {_IS_SOCIAL} THEN 'Paid Social'
        WHEN {_IS_VIDEO} THEN 'Paid Video' WHEN v.m = 'cpm' THEN 'Display' ELSE 'Paid Other' END
    WHEN v.m IN ('display', 'banner', 'expandable', 'interstitial') THEN 'Display'
    WHEN {_IS_SHOP} THEN 'Organic Shopping'
    WHEN {_IS_SOCIAL} OR v.m IN ('social', 'social-network', 'social-media', 'sm', 'social network', 'social media')
        THEN 'Organic Social'
    WHEN {_IS_VIDEO} OR contains(v.m, 'video') THEN 'Organic Video'
    WHEN {_IS_SEARCH} OR v.m = 'organic' THEN 'Organic Search'
    WHEN v.m IN ('referral', 'app', 'link') THEN 'Referral'
    WHEN v.s IN ({_EMAIL}) OR v.m IN ({_EMAIL}) THEN 'Email'
    WHEN v.m = 'affiliate' THEN 'Affiliates'
    WHEN v.m = 'audio' THEN 'Audio'
    WHEN v.s = 'sms' OR v.m = 'sms' THEN 'SMS'
    WHEN v.s = 'firebase' OR ends_with(v.m, 'push') OR contains(v.m, 'mobile') OR contains(v.m, 'notification')
        THEN 'Mobile Push Notifications'
    ELSE 'Unassigned' END"""

_SCHEME = "^[a-zA-Z][a-zA-Z0-9+.-]*://"
_HOST = rf"lower(regexp_extract(url, '{_SCHEME}(?:[^/?#@]*@)?([^/?#:]*)', 1))"
# Without query and fragment: those hold search words, addresses and tokens. A part that is an e-mail address is masked.
_PATH = rf"regexp_replace(regexp_extract(url, '{_SCHEME}[^/?#]*([^?#]*)', 1), '[^/]*(@|%40)[^/]*', '***', 'g')"

MACROS = (
    f"url_path(url) AS CASE WHEN regexp_matches(url, '{_SCHEME}') THEN coalesce(nullif({_PATH}, ''), '/') END",
    f"url_host(url) AS nullif({_HOST}, '')",
    # No query: that would be planned as a join, with rows in another order.
    f"""channel_group(source, medium, campaign) AS list_transform(
        [{{'s': lower(trim(source)), 'm': lower(trim(medium)), 'c': lower(trim(campaign))}}],
        lambda v: {_CHANNEL_GROUP})[1]""",
)


def add_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros known to this connection; nothing of them is stored in the warehouse.

    `url_path(url)` and `url_host(url)` are null where there is none. `channel_group(source, medium, campaign)` is GA's
    default channel group, null where nothing is known.
    """
    for macro in MACROS:
        con.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
