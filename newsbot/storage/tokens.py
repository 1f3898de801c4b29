"""What buttons mean whose meaning is too long for them, by short tokens."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from newsbot.storage import codec
from newsbot.storage.engine import Database
from newsbot.storage.sql import Repository
from newsbot.storage.tables import meta, tokens

DRAWN = "token_secret"  # in meta
SHOWN_STEP = timedelta(days=1)


class Tokens(Repository):
    """The part of ``storage.chats`` that remembers for buttons."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._secret = ""

    async def remember(self, payload: Mapping[str, object], now: datetime) -> str:
        """Keep what a button means and return a short token for it (12 characters, safe in a link): the same one each
        time, which nobody can guess. ``created`` tells to the day when it was last shown."""
        token = _token(await self._token_secret(), payload)
        async with self._db.read() as conn:
            shown: datetime | None = (await conn.execute(select(tokens.c.created).where(tokens.c.id == token))).scalar()
        if shown is None or now - shown >= SHOWN_STEP:
            statement = self._insert(tokens).values(id=token, payload=codec.encode(payload), created=now)
            statement = statement.on_conflict_do_update(index_elements=[tokens.c.id], set_={"created": now})
            async with self._db.write() as conn:
                await conn.execute(statement)
        return token

    async def recall(self, token: str) -> Mapping[str, object] | None:
        """What :meth:`remember` kept under ``token``; None for one that never was or is too old."""
        async with self._db.read() as conn:
            payload: Mapping[str, object] | None = (
                await conn.execute(select(tokens.c.payload).where(tokens.c.id == token))
            ).scalar()
            return payload

    async def forget_tokens(self, before: datetime, batch: int) -> int:
        """Delete up to ``batch`` of the tokens that were last shown before ``before``; returns how many went."""
        stale = select(tokens.c.id).where(tokens.c.created < before).limit(batch)
        async with self._db.write(patient=True) as conn:
            return (await conn.execute(delete(tokens).where(tokens.c.id.in_(stale)))).rowcount

    async def _token_secret(self) -> str:
        """What tokens are made with, drawn once for each database."""
        if not self._secret:
            fresh = {"key": DRAWN, "value": secrets.token_urlsafe(32)}
            async with self._db.write() as conn:
                await conn.execute(self._insert(meta).values(fresh).on_conflict_do_nothing())
                self._secret = (await conn.execute(select(meta.c.value).where(meta.c.key == DRAWN))).scalar_one()
        return self._secret


def _token(secret: str, payload: Mapping[str, object]) -> str:
    text = json.dumps(codec.encode(payload), sort_keys=True)
    digest = hmac.digest(secret.encode(), text.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:9]).decode()
