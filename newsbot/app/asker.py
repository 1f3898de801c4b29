"""Who asks at the command line: the person who runs the bot."""

from __future__ import annotations

from newsbot.domain.models import ChatKey
from newsbot.newsdesk import Asker

OPERATOR = Asker("cli", "operator", ChatKey("cli", "operator"), is_chat_admin=True, is_bot_admin=True)
"""May do everything; no chat is stored for them."""
