"""Telegram: https://core.telegram.org/bots/api, by way of python-telegram-bot.

::

    bot        the platform as a whole: what app starts, feeds and stops
    updates    the two ways in: long polling and the webhook
    talk       a message or a press, answered
    people     who asks, where, and what Telegram says of their rights there
    elsewhere  acting on a channel or group from the private chat, and links into the private chat
    inline     @bot words in any chat
    places     the bot's own comings and goings: added, removed, migrated, topics closed
    menu       the lists of commands and the bot's descriptions, in each language
    send       the way out for deliveries
    answers    what Telegram's answers mean for a delivery
    pace       staying under Telegram's limits
    wire       one message sent, edited or deleted
    render     pure: digests and replies as messages
    html       pure: Telegram's HTML, counted as Telegram counts
    message    pure: a message as it is to be sent, and addresses as Telegram has them
"""
