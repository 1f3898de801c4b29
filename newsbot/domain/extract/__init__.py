"""HTML to what is worth keeping: text, picture, feed addresses, and the article of a whole page."""

from __future__ import annotations

from newsbot.domain.extract.html import content_of, feed_links, plain, text_of
from newsbot.domain.extract.page import extract_page

__all__ = ["content_of", "extract_page", "feed_links", "plain", "text_of"]
