"""Threads that get posts are kept from archiving."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import discord
    from discord.http import HTTPClient


class Threads:
    """https://discord.com/developers/docs/topics/threads#active--archived-threads"""

    def __init__(self, http: HTTPClient) -> None:
        self._http = http

    async def keep(self, thread: discord.Thread) -> None:
        """Open the thread again, and let it stay for as long as Discord allows."""
