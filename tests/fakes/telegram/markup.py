"""Keyboards and previews of messages: https://core.telegram.org/bots/api#inlinekeyboardmarkup."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tests.fakes.telegram.errors import ApiError, Json, bad
from tests.fakes.telegram.html import is_web_address

MOST_BUTTONS = 100
_ACTIONS = {
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
}  # fmt: skip
_LOOKS = {"text", "style", "icon_custom_emoji_id"}
_PREVIEW = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}


@dataclass(frozen=True, slots=True)
class Button:
    """One button: ``text`` is its label, ``data`` what comes back when it is pressed, ``url`` what it opens."""

    text: str
    data: str = ""
    url: str = ""


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """A reply_markup: the buttons, or with ``asks`` a ForceReply whose hint is ``placeholder``."""

    keyboard: Keyboard = ()
    asks: bool = False
    placeholder: str = ""

    def json(self) -> Json:
        """The InlineKeyboardMarkup of a received message."""
        return {"inline_keyboard": [[_button_json(button) for button in row] for row in self.keyboard]}


def _button_json(button: Button) -> Json:
    return {"text": button.text} | ({"url": button.url} if button.url else {"callback_data": button.data})


def markup(given: object) -> Markup:
    """``given`` as a reply_markup, checked; ApiError 400 where Telegram would refuse it."""
    if given is None:
        return Markup()
    if not isinstance(given, dict):
        raise bad("object expected as reply markup")
    if set(given) == {"inline_keyboard"}:
        return Markup(keyboard(given["inline_keyboard"]))
    if given.get("force_reply") is True:
        return _force_reply(given)
    raise bad(f"strict: reply_markup with {sorted(given)}")


def _force_reply(given: Json) -> Markup:
    """https://core.telegram.org/bots/api#forcereply: a placeholder has 1 to 64 characters."""
    if unknown := set(given) - {"force_reply", "input_field_placeholder", "selective"}:
        raise bad(f"strict: unknown fields of ForceReply: {sorted(unknown)}")
    placeholder = str(given.get("input_field_placeholder", ""))
    if len(placeholder) > 64:
        raise bad("strict: input_field_placeholder is longer than 64 characters")
    return Markup(asks=True, placeholder=placeholder)


def keyboard(given: object) -> Keyboard:
    """Rows of buttons, each with exactly one action; empty rows vanish."""
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise bad("can't parse inline keyboard button: Array of rows expected")
    if sum(map(len, given)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return tuple(tuple(_button(each) for each in row) for row in given if row)


def _button(given: object) -> Button:
    if not isinstance(given, dict) or set(given) - _ACTIONS - _LOOKS:
        raise bad(f"can't parse inline keyboard button: strict: {given}")
    text, actions = given.get("text"), set(given) & _ACTIONS
    if not isinstance(text, str) or not text.strip():
        raise bad("inline keyboard button text must be non-empty")
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad(f"can't parse inline keyboard button: strict: more than one action: {sorted(actions)}")
    return _acting(text, given)


def _acting(text: str, given: Json) -> Button:
    if "callback_data" in given:
        data = given["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
        return Button(text, data=data)
    if "url" in given:
        if not is_button_address(str(given["url"])):
            raise bad(f"inline keyboard button URL '{given['url']}' is invalid: Wrong HTTP URL")
        return Button(text, url=str(given["url"]))
    for way in ("switch_inline_query_current_chat", "switch_inline_query"):
        if way in given:
            return Button(text, url=f"tg://{way}?{given[way]}")
    raise bad(f"strict: buttons with {sorted(given)} are not played here")


def is_button_address(address: str) -> bool:
    """http(s) and tg:// addresses, up to the 2,048 bytes that clients take."""
    return len(address.encode()) <= 2048 and (is_web_address(address) or address.startswith("tg://"))


def preview(given: object, refused: Collection[str]) -> Json:
    """LinkPreviewOptions, checked: https://core.telegram.org/bots/api#linkpreviewoptions. ``refused`` are addresses
    for which Telegram refuses the message; mostly one that its servers cannot load only shows nothing."""
    if given is None:
        return {}
    if not isinstance(given, dict) or set(given) - _PREVIEW:
        raise bad(f"strict: link_preview_options {given}")
    if given.get("prefer_small_media") and given.get("prefer_large_media"):
        raise bad("strict: both prefer_small_media and prefer_large_media")
    if "url" in given and not given.get("is_disabled"):
        _check_picture(str(given["url"]), refused)
    return dict(given)


def _check_picture(address: str, refused: Collection[str]) -> None:
    if not is_web_address(address):
        raise bad("Wrong HTTP URL specified")
    if address in refused:
        raise page_refused()


def page_refused() -> ApiError:
    """What Telegram says of a page that it could not load."""
    return bad("failed to get HTTP URL content")
