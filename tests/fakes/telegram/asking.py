"""The methods that answer presses and inline queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram.errors import Json, bad
from tests.fakes.telegram.html import is_web_address
from tests.fakes.telegram.markup import Markup, markup, preview
from tests.fakes.telegram.params import Params, json_object
from tests.fakes.telegram.params import params as converted
from tests.fakes.telegram.queries import TOO_OLD, CallbackAnswer, InlineAnswer, in_time
from tests.fakes.telegram.sending import written
from tests.fakes.telegram.text import Text

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

MOST_RESULTS = 50
_ARTICLE = {
    "type", "id", "title", "input_message_content", "reply_markup", "url", "description", "thumbnail_url",
    "thumbnail_width", "thumbnail_height",
}  # fmt: skip
_CONTENT = {"message_text", "parse_mode", "entities", "link_preview_options"}


def answer_callback_query(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery."""
    press = server.asked.presses.get(params.text("callback_query_id"))
    if press is None:
        raise bad(TOO_OLD)
    in_time(press.since, server.now(), server.query_seconds)
    if len(params.text("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    url = params.text("url")
    if url and not _is_own_link(server, url):
        raise bad("URL_INVALID")
    if not press.answer.done():
        press.answer.set_result(CallbackAnswer(params.text("text"), params.flag("show_alert"), url))
    return True


def _is_own_link(server: TelegramServer, url: str) -> bool:
    """Only ``t.me/<this bot>?start=…`` may be opened without a game."""
    parts = urlsplit(url)
    start = parse_qs(parts.query).get("start", [""])[0]
    return (
        parts.scheme == "https"
        and parts.netloc == "t.me"
        and parts.path.lower() == f"/{server.username}".lower()
        and is_payload(start)
    )


def is_payload(start: str) -> bool:
    """https://core.telegram.org/bots/features#deep-linking: 1 to 64 of A-Z, a-z, 0-9, _ and -."""
    return 1 <= len(start) <= 64 and start.isascii() and start.replace("_", "").replace("-", "a").isalnum()


def answer_inline_query(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#answerinlinequery."""
    query = server.asked.queries.get(params.text("inline_query_id"))
    if query is None:
        raise bad(TOO_OLD)
    in_time(query.since, server.now(), server.inline_seconds)
    if len(params.text("next_offset").encode()) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    answer = InlineAnswer(
        query.query,
        _results(server, params.json("results")),
        params.text("next_offset"),
        params.number("cache_time", 300),
        params.flag("is_personal"),
        _button(params.json("button")),
    )
    server.asked.answered(query, answer)
    return True


def _results(server: TelegramServer, given: Any) -> tuple[Json, ...]:
    if not isinstance(given, list):
        raise bad("can't parse inline query results: Expected an Array of inline query results")
    if len(given) > MOST_RESULTS:
        raise bad("RESULTS_TOO_MUCH")
    for each in given:
        _result(server, each)
    ids = [each["id"] for each in given]
    if len(set(ids)) != len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    return tuple(given)


def _result(server: TelegramServer, given: Any) -> None:
    found = json_object(given, _ARTICLE, "InlineQueryResultArticle")
    if found.get("type") != "article":
        raise bad(f"strict: results of type {found.get('type')} are not played here")
    if not 1 <= len(str(found.get("id", "")).encode()) <= 64:
        raise bad("RESULT_ID_INVALID")
    if not str(found.get("title", "")).strip():
        raise bad("ARTICLE_TITLE_EMPTY")
    for name in ("url", "thumbnail_url"):
        if name in found and not is_web_address(str(found[name])):
            raise bad("WEBDOCUMENT_URL_INVALID")
    if found.get("thumbnail_url") in server.refused_thumbnails:
        raise bad("Wrong HTTP URL specified")
    content(found)
    preview(found["input_message_content"].get("link_preview_options"), server.refused_pages)
    _keyboard(server, found)


def _keyboard(server: TelegramServer, found: Json) -> Markup:
    keys = markup(found.get("reply_markup"))
    if keys.asks:
        raise bad("strict: only inline keyboards under inline results")
    return keys


def content(result: Json) -> Text:
    """What a result would post: https://core.telegram.org/bots/api#inputtextmessagecontent."""
    given = json_object(result.get("input_message_content"), _CONTENT, "input_message_content")
    return written(
        converted("sendMessage", {"text": given.get("message_text", "")} | {
            name: given[name] for name in ("parse_mode", "entities") if name in given
        })
    )  # fmt: skip


def _button(given: Any) -> Json:
    """https://core.telegram.org/bots/api#inlinequeryresultsbutton."""
    if given is None:
        return {}
    found = json_object(given, {"text", "web_app", "start_parameter"}, "InlineQueryResultsButton")
    if not found.get("text") or not is_payload(str(found.get("start_parameter", ""))):
        raise bad("BUTTON_INVALID")
    return found
