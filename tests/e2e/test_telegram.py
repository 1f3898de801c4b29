"""The real process on Telegram: a look before the start, and a channel that the config names."""

from __future__ import annotations

from typing import Any

from tests.e2e.house import Feeds, House, news, rss, until
from tests.fakes.telegram.server import TelegramServer


def platforms(telegram: TelegramServer, **keys: Any) -> dict[str, Any]:
    return {"telegram": {"token": telegram.token, "api_url": telegram.url, **keys}}


async def test_a_look_online_says_what_is_good_and_how_to_switch_on_what_is_off(house: House) -> None:
    async with TelegramServer(inline=False) as telegram:
        house.configure(platforms=platforms(telegram))
        said = await house.said("check", "--online")
    assert "✓ Telegram: the token is that of @newsbot" in said
    assert "send /setinline to @BotFather" in said
    assert telegram.token not in said


async def test_a_look_online_names_a_refused_token_and_fails_without_printing_it(house: House) -> None:
    async with TelegramServer() as telegram:
        house.configure(platforms=platforms(telegram, token="42:wrong"))
        async with house.newsbot("check", "--online") as bot:
            assert await bot.exit() == 1
    assert "✗ Telegram" in bot.errors and "platforms.telegram.token" in bot.errors
    assert "42:wrong" not in bot.errors + bot.output


async def test_by_webhook_a_channel_that_the_config_names_gets_its_posts_once_the_bot_is_let_in(
    house: House, feeds: Feeds
) -> None:
    feeds["wire"] = rss("wire", news("wire", range(3)))
    async with TelegramServer() as telegram:
        ann = telegram.person(1001, "Ann")
        channel = telegram.channel("Ann's news", "anns_news", admins=[ann])
        orders = [{"chat": "telegram:@anns_news", "what": "everything"}]
        here = platforms(telegram, webhook={"url": f"{house.url}/telegram", "secret": "s3cret"})
        house.configure(platforms=here, feeds=feeds.specs(new_feed="all"), subscriptions=orders)
        async with house.running():
            await until(lambda: telegram.called("sendMessage"), "a first post was tried, in vain")
            await channel.adds_bot(by=ann)
            post = await channel.wait_for(1, timeout=45)
            assert post.silent is False and post.text
    assert telegram.token not in (house.folder / "0.err").read_text()
