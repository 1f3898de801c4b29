"""Message components: https://discord.com/developers/docs/components/reference.

:func:`checked` serves messages. A modal's components are checked by the same :class:`Checker` with rules of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from tests.fakes.discord import checks, posts
from tests.fakes.discord.checks import Path
from tests.fakes.discord.errors import Form, Json
from tests.fakes.discord.posts import (
    ACTION_ROW,
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    SECTION,
    SELECTS,
    SEPARATOR,
    STRING_SELECT,
    TEXT_DISPLAY,
    THUMBNAIL,
)

IN_CONTAINER = (ACTION_ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR)
TOP = (*IN_CONTAINER, CONTAINER)
IN_ROW = (BUTTON, *SELECTS)
MOST = 40
MOST_TEXT = 4000
MOST_LEGACY_ROWS = 5
MOST_URL = 512
MOST_MEDIA_URL = 2048
LINK_STYLE = 5
CHANNEL_SELECT = 8
_SELECT = ("custom_id", "placeholder", "min_values", "max_values", "disabled", "required", "default_values")
FIELDS: dict[int, tuple[str, ...]] = {
    ACTION_ROW: ("components",),
    BUTTON: ("style", "label", "emoji", "custom_id", "url", "disabled"),
    STRING_SELECT: ("custom_id", "options", "placeholder", "min_values", "max_values", "disabled", "required"),
    SECTION: ("components", "accessory"),
    TEXT_DISPLAY: ("content",),
    THUMBNAIL: ("media", "description", "spoiler"),
    GALLERY: ("items",),
    FILE: ("file", "spoiler", "name", "size"),
    SEPARATOR: ("divider", "spacing"),
    CONTAINER: ("components", "accent_color", "spoiler"),
    CHANNEL_SELECT: (*_SELECT, "channel_types"),
}
"""What each kind may have besides ``type`` and ``id``; premium buttons are not for sale here."""


class Checker:
    """Checks the components of one message or modal. ``files`` are the names that attachment:// may mean; ``fields``
    and ``inside`` say what each kind may have, and how that is checked: a modal has more kinds.
    """

    def __init__(self, form: Form, files: Collection[str] = ()) -> None:
        self.form = form
        self.files = files
        self.fields: dict[int, tuple[str, ...]] = {**dict.fromkeys(SELECTS, _SELECT), **FIELDS}
        self.inside: dict[int, Callable[[Path, Json], None]] = {
            ACTION_ROW: self._row,
            BUTTON: self._button,
            SECTION: self._section,
            TEXT_DISPLAY: self._text,
            THUMBNAIL: self._thumbnail,
            GALLERY: self._gallery,
            FILE: self._file,
            SEPARATOR: self._separator,
            CONTAINER: self._container,
            **dict.fromkeys(SELECTS, self.select),
        }
        self.custom_ids: set[str] = set()
        self.ids: set[int] = set()

    def each(self, path: Path, given: object, kinds: Sequence[int], low: int, high: int) -> None:
        """``low`` to ``high`` components, all of ``kinds``."""
        for number, component in enumerate(checks.many(self.form, path, given, low, high)):
            self.one((*path, number), component, kinds)

    def one(self, path: Path, given: object, kinds: Sequence[int]) -> None:
        """One component with all that is in it."""
        found = checks.mapping(self.form, path, given)
        kind = found.get("type")
        if not isinstance(kind, int) or kind not in kinds:
            shown = ", ".join(str(each) for each in kinds)
            self.form.wrong((*path, "type"), "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({shown}).')
            return
        checks.known(self.form, path, found, ("type", "id", *self.fields[kind]))
        self._number(path, found)
        self.inside[kind](path, found)

    def custom_id(self, path: Path, given: Json) -> None:
        """1 to 100 characters, and no other component has it."""
        name = checks.text(self.form, (*path, "custom_id"), given.get("custom_id"), 1, 100)
        if name and name in self.custom_ids:
            words = "Component custom id cannot be duplicated"
            self.form.wrong((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", words)
        self.custom_ids.add(name)

    def _number(self, path: Path, given: Json) -> None:
        if "id" not in given:
            return
        number = checks.whole(self.form, (*path, "id"), given["id"], 0, 2**31 - 1)
        if number and number in self.ids:
            self.form.wrong((*path, "id"), "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self.ids.add(number)

    def _row(self, path: Path, given: Json) -> None:
        within = given.get("components")
        self.each((*path, "components"), within, IN_ROW, 1, 5)
        kinds = [each.get("type") for each in within if isinstance(each, dict)] if isinstance(within, list) else []
        if len(kinds) > 1 and any(each in SELECTS for each in kinds):
            words = "The components in this row exceed the width of one: a select stands alone"
            self.form.wrong((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", words)

    def _button(self, path: Path, given: Json) -> None:
        checks.one_of(self.form, (*path, "style"), given.get("style"), (1, 2, 3, 4, LINK_STYLE))
        checks.text(self.form, (*path, "label"), given.get("label"), 0, 80)
        if not str(given.get("label") or "").strip() and not given.get("emoji"):
            words = "A button must have a label or an emoji"
            self.form.wrong((*path, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", words)
        if given.get("style") == LINK_STYLE:
            self._link(path, given)
        else:
            self.custom_id(path, given)
            if given.get("url") is not None:
                self._exclusive(path)

    def _link(self, path: Path, given: Json) -> None:
        checks.url(self.form, (*path, "url"), given.get("url"), checks.LINKS, MOST_URL)
        if given.get("custom_id") is not None:
            self._exclusive(path)

    def _exclusive(self, path: Path) -> None:
        words = "A custom id and url cannot both be specified"
        self.form.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", words)

    def select(self, path: Path, given: Json) -> None:
        """Any select menu."""
        self.custom_id(path, given)
        checks.text(self.form, (*path, "placeholder"), given.get("placeholder"), 0, 150)
        low = checks.whole(self.form, (*path, "min_values"), given.get("min_values", 1), 0, 25)
        high = checks.whole(self.form, (*path, "max_values"), given.get("max_values", 1), 1, 25)
        if low > high:
            words = "min_values must be less than or equal to max_values"
            self.form.wrong((*path, "min_values"), "SELECT_COMPONENT_MIN_VALUES_GREATER", words)
        if given["type"] == STRING_SELECT:
            self.options((*path, "options"), given.get("options"), low, high)

    def options(self, path: Path, given: object, low: int, high: int) -> None:
        """1 to 25 options, of which ``low`` to ``high`` can be chosen."""
        seen: set[str] = set()
        options = [checks.mapping(self.form, path, each) for each in checks.many(self.form, path, given, 1, 25)]
        for number, option in enumerate(options):
            value = self.option((*path, number), option)
            if value in seen:
                words = "The specified option value is already used"
                self.form.wrong((*path, number, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words)
            seen.add(value)
        chosen = sum(bool(each.get("default")) for each in options)
        if chosen > high:
            words = "The number of default options exceeds max_values"
            self.form.wrong(path, "SELECT_COMPONENT_MAX_DEFAULTS", words)
        if (options and not low <= len(options)) or high > max(len(options), 1):
            self.form.wrong(path, "SELECT_COMPONENT_TOO_FEW_OPTIONS", "min_values and max_values need as many options")

    def option(self, path: Path, given: Json) -> str:
        """One option; returns its value."""
        checks.known(self.form, path, given, ("label", "value", "description", "emoji", "default"))
        checks.text(self.form, (*path, "label"), given.get("label"), 1, 100)
        if given.get("description") is not None:
            checks.text(self.form, (*path, "description"), given["description"], 1, 100)
        return checks.text(self.form, (*path, "value"), given.get("value"), 1, 100)

    def _section(self, path: Path, given: Json) -> None:
        self.each((*path, "components"), given.get("components"), (TEXT_DISPLAY,), 1, 3)
        if given.get("accessory") is None:
            self.form.wrong((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
        else:
            self.one((*path, "accessory"), given["accessory"], (BUTTON, THUMBNAIL))

    def _text(self, path: Path, given: Json) -> None:
        checks.text(self.form, (*path, "content"), given.get("content"), 1, MOST_TEXT)

    def _thumbnail(self, path: Path, given: Json) -> None:
        self._media((*path, "media"), given.get("media"), checks.MEDIA)
        if given.get("description") is not None:
            checks.text(self.form, (*path, "description"), given["description"], 1, 1024)

    def _gallery(self, path: Path, given: Json) -> None:
        for number, item in enumerate(checks.many(self.form, (*path, "items"), given.get("items"), 1, 10)):
            at = (*path, "items", number)
            found = checks.mapping(self.form, at, item)
            checks.known(self.form, at, found, FIELDS[THUMBNAIL])
            self._thumbnail(at, found)

    def _file(self, path: Path, given: Json) -> None:
        self._media((*path, "file"), given.get("file"), ("attachment",))

    def _media(self, path: Path, given: object, schemes: tuple[str, ...]) -> None:
        media = checks.mapping(self.form, path, given)
        checks.known(self.form, path, media, ("url",))
        found = checks.url(self.form, (*path, "url"), media.get("url"), schemes, MOST_MEDIA_URL)
        scheme, _, name = found.partition("://")
        if scheme == "attachment" and name not in self.files:
            words = "The referenced attachment was not found in the list of provided attachments"
            code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
            self.form.wrong((*path, "url"), code, words)

    def _separator(self, path: Path, given: Json) -> None:
        if "divider" in given:
            checks.truth(self.form, (*path, "divider"), given["divider"])
        if "spacing" in given:
            checks.one_of(self.form, (*path, "spacing"), given["spacing"], (1, 2))

    def _container(self, path: Path, given: Json) -> None:
        self.each((*path, "components"), given.get("components"), IN_CONTAINER, 1, MOST)
        if given.get("accent_color") is not None:
            checks.whole(self.form, (*path, "accent_color"), given["accent_color"], 0, 0xFFFFFF)


def checked(form: Form, given: object, *, v2: bool, files: Collection[str] = ()) -> list[Json]:
    """The components of a message as it will have them, with an id each; what is wrong goes into ``form``."""
    checker = Checker(form, files)
    if v2:
        checker.each(("components",), given, TOP, 0, MOST)
    else:
        checker.each(("components",), given, (ACTION_ROW,), 0, MOST_LEGACY_ROWS)
    if form.errors or not isinstance(given, list):
        return []
    totals(form, given)
    return numbered(given)


def totals(form: Form, given: list[Json]) -> None:
    """What is counted over the whole message: 40 components with the nested ones, 4,000 characters of text."""
    every = list(posts.walk(given))
    if len(every) > MOST:
        words = f"The total number of components exceeds the limit of {MOST}: {len(every)}"
        form.wrong(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", words)
    length = sum(len(each["content"]) for each in every if each["type"] == TEXT_DISPLAY)
    if length > MOST_TEXT:
        words = f"The total displayable text exceeds the maximum size of {MOST_TEXT}: {length}"
        form.wrong(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)


def numbered(given: list[Json]) -> list[Json]:
    """A copy in which every component has an id, counted up past those that are taken."""
    taken = {each["id"] for each in posts.walk(given) if each.get("id")}
    free = (number for number in range(1, 2**31) if number not in taken)
    return [_numbered(each, free) for each in given]


def _numbered(given: Json, free: Iterator[int]) -> Json:
    found = dict(given)
    found["id"] = given.get("id") or next(free)
    if "components" in given:
        found["components"] = [_numbered(each, free) for each in given["components"]]
    for key in ("accessory", "component"):
        if given.get(key):
            found[key] = _numbered(given[key], free)
    return found
