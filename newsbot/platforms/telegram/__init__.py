"""Telegram: https://core.telegram.org/bots/api, by way of python-telegram-bot.

::

    bot        the platform as a whole: what app starts, feeds and stops
    updates    updates as Telegram writes them, and what both ways in have in common
    polling    the way in by long polling
    webhook    the way in by webhook
    lanes      updates being answered: in order, side by side, none twice
    rivals     another program that uses the bot's token
    troubles   what Telegram's refusals and the network's failures mean, in words
    talk       the one door for updates; what people write, answered
    press      a pressed button, answered
    voice      an answer said in a chat, or put in the place of an earlier one
    links      actions that travel by a link or with the place that they are about
    people     who asks, where, and what Telegram says of their rights there
    elsewhere  acting on a channel or group from the private chat, and links into the private chat
    door       what Telegram says of the person and of the bot in another place, before anybody acts there
    inline     @bot words in any chat
    places     the bot's own comings and goings: added, removed, migrated, topics closed
    menu       the lists of commands and the bot's descriptions, in each language
    notices    tells who subscribed a place that posts wait there, and looks whether they may go on
    alerts     tells the bot's admins of trouble
    looking    a look at a token and what stands at Telegram, for an admin who checks the config
    send       the way out for deliveries
    answers    what Telegram's answers mean for a delivery
    pace       staying under Telegram's limits
    wire       one message sent, edited or deleted
    render     pure: digests and replies as messages
    cards      pure: a digest as pieces of text
    blocks     pure: an answer as pieces of text
    layout     pure: pieces as messages, buttons as keyboards
    html       pure: Telegram's HTML, counted as Telegram counts
    plainer    pure: a message without what Telegram refuses in it
    message    pure: a message as it is to be sent, and addresses as Telegram has them
"""
