"""Addresses: which ones name the same article, which can be fetched, and how to write them in messages.

Percent-encoding and case rules follow RFC 3986, section 6.2.2.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

MAX_LENGTH = 4096
MAX_HOST = 253  # RFC 1035, 2.3.4, less the root's dot
WEB_SCHEMES = frozenset({"http", "https"})

# Query keys that say where a reader came from, never what is read.
_TRACKING = re.compile(
    r"""(?: utm_ | pk_ | mtm_ | hsa_ ) .*
    | fbclid | gclid | dclid | gbraid | wbraid | msclkid | yclid | ysclid | twclid | ttclid | igshid | igsh
    | mc_[ce]id | _hsenc | _hsmi | mkt_tok | ref_(?:src|url) | cmpid | ncid | ocid | icid | smid | sref | spm | s_cid
    | at_(?:medium | campaign | format | link_id | link_type | link_origin | ptr_name | bbc_team)
    | ito | xtor | wt_z?mc | guccounter | guce_referrer(?:_sig)? | campaign_id | oref | vero_id | _ga | _gl
    | amp | outputtype | rss""",
    re.VERBOSE,
)
_SOURCE_KEYS = frozenset({"ref", "source", "src", "from", "partner", "emc", "feed", "traffic_source"})
_SOURCE_VALUES = frozenset({"rss", "feed", "atom", "rss1.0mainlinknonad", "rss_feed", "rss-feed", "feeds"})
_VARIANT_HOSTS = ("www", "m", "mobile", "amp")
_SAFE = "!$&'()*+,;=:@/~-._%"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSPEAKABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]")
_NO_HOST = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u3000\ud800-\udfff<>\"#%/?@\\^`{|}]")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")


def canonical(url: str) -> str:
    """One spelling for the addresses of one article: an identity to compare, not an address to fetch.

    Scheme (always https), host (lower case, without www., m. or amp.), default port, fragment, credentials, tracking
    parameters, their order, escapes, dot segments, AMP suffix and trailing slash no longer tell two spellings apart.
    Idempotent; what is no web address comes back stripped of outer blanks.
    """
    text = _tidy(url)
    parts = _split(text)
    if parts is None:
        return text
    host, port = _host(parts), parts.port
    fragment = "#" + _encode(parts.fragment) if parts.fragment.startswith("!") else ""
    query = _query(parts.query)
    where = f"[{host}]" if ":" in host else host
    if port not in (None, 80, 443):
        where += f":{port}"
    return f"https://{where}{_path(parts.path)}{'?' + query if query else ''}{fragment}"


def is_web(url: str) -> bool:
    """Whether ``url`` is a complete http(s) address with a host that could exist."""
    return len(url) <= MAX_LENGTH and _UNSPEAKABLE.search(url) is None and _split(url) is not None


def is_private(url: str) -> bool:
    """Whether ``url`` names a place that is not on the public internet, as far as its own text tells: "localhost" or an
    IP address of a private network. A name's address is looked at when it is fetched."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not ipaddress.ip_address(host.partition("%")[0]).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def absolute(base: str, url: str) -> str:
    """``url`` as seen from ``base``, with blanks escaped; "" when that is no web address (``mailto:``, garbage)."""
    text = _tidy(url)
    if not text or text.startswith("#"):
        return ""
    try:
        joined = urljoin(base, text) if base and not text.startswith(("https://", "http://")) else text
    except ValueError:
        return ""
    joined = _UNSPEAKABLE.sub(lambda found: quote(found[0], errors="replace"), joined)
    return joined if is_web(joined) else ""


def picture(base: str, url: str) -> str:
    """:func:`absolute` for pictures: those of a ``file:`` feed may lie on our own web server, as ``/path``."""
    if base.startswith("file:") and re.match(r"/(?![/\\])[^\x00-\x20]*\Z", url):
        return url
    return absolute(base, url)


def host_of(url: str) -> str:
    """The lower-case host, "" when there is none: what an error message may say of an address."""
    parts = _split(_tidy(url))
    return _host_text(parts) if parts else ""


def unaddressed(label: str) -> str:
    """What something is called that may be called by an address, whose path may carry its owner's secret: of that its
    host alone, with the words that narrow it ("https://user.example/feed/x: battery" is "user.example: battery")."""
    name, colon, rest = label.partition(": ")
    return f"{host_of(name) or name}{colon}{rest}" if is_web(name) else label


def redacted(url: str) -> str:
    """``url`` without user name and password, for messages and logs."""
    parts = _split(_tidy(url))
    if parts is None or "@" not in parts.netloc:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _tidy(url: str) -> str:
    """Without what browsers drop: outer blanks and control characters, inner tabs and line ends."""
    return re.sub(r"[\t\r\n]", "", url).strip("".join(map(chr, range(33))) + "\x7f\xa0\u3000\ufeff")


def _split(text: str) -> SplitResult | None:
    """The parts of a web address, None for everything else."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in WEB_SCHEMES or not host or not all(host.removesuffix(".").split(".")):
        return None
    return None if len(host) > MAX_HOST or _NO_HOST.search(host) else parts


def _host_text(parts: SplitResult) -> str:
    """The host in ASCII where IDNA can say it (RFC 3490), lower case, without a final dot."""
    host = (parts.hostname or "").rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return quote(host, safe="", errors="replace").lower()


def _host(parts: SplitResult) -> str:
    labels = _host_text(parts).split(".")
    while len(labels) > 2 and labels[0] in _VARIANT_HOSTS:
        del labels[0]
    return ".".join(labels)


def _unescape(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else found[0].upper()


def _encode(text: str, safe: str = _SAFE + "?") -> str:
    """Escapes in one form: unreserved characters bare, all others as upper-case %XX."""
    text = _ESCAPE.sub(_unescape, _STRAY_PERCENT.sub("%25", text))
    return quote(text, safe=safe, errors="replace")


def _path(path: str) -> str:
    """Dot segments resolved (RFC 3986, 5.2.4), without the AMP suffix and trailing slashes."""
    kept: list[str] = []
    for segment in _encode(path, _SAFE).split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif segment not in (".", ""):
            kept.append(segment)
    while len(kept) > 1 and kept[-1].lower() == "amp":
        kept.pop()
    return "/" + "/".join(kept)


def _is_tracking(pair: str) -> bool:
    key, _, value = pair.partition("=")
    key, value = unquote(key).lower(), unquote(value).lower()
    return bool(_TRACKING.fullmatch(key)) or (key in _SOURCE_KEYS and value in _SOURCE_VALUES)


def _query(query: str) -> str:
    pairs = (_encode(pair) for pair in query.split("&") if pair)
    return "&".join(sorted(pair for pair in pairs if not _is_tracking(pair)))
