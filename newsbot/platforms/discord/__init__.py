"""Discord: https://docs.discord.com/developers, by way of discord.py.

::

    bot          the platform as a whole: what app starts, feeds and stops
    flight       counts what is being answered, so that a stop can wait for it
    client       the gateway's client: what it listens to, and whom it tells
    state        what it keeps of what it hears
    shards       one connection each, resumed or started anew whenever it breaks
    sessions     how many sessions may be started, and how fast
    closings     why a connection ended, in words
    looking      what Discord says of a token and its application, for an admin who checks
    inviting     pure: the address that invites the bot
    tree         the commands as Discord lists them, in each language
    talk         the one door for commands, presses, forms and private messages, answered
    once         what comes twice is answered once
    whereabouts  for which chat somebody asks, and whether they may
    people       who asks, where, and with which rights
    dressing     what Discord adds to the desk's answers
    spelling     pure: the names of commands in answers, as they are at Discord
    directory    pure: the commands, their names and options
    manual       /help
    sharing      an answer shown to all
    voice        an answer said to an interaction, in time
    callbacks    the requests that answer an interaction
    letters      private messages, answered
    files        files that people send
    greeting     the first message to a person in private
    aim          pure: what a command or a button asks for
    modals       pure: forms with fields to fill in
    guilds       the bot's own comings and goings: servers, channels, threads
    welcome      the first words in a server
    threads      threads that get posts are kept open
    setup        /setup: what is missing in a channel, and where to click
    checks       one look at a channel: whether the bot can post there
    report       pure: what /setup shows
    warned       the same in brief, under an answer to who subscribed
    notices      what a server's admins are told
    permissions  pure: what the bot may do in a channel, and what it needs
    send         the way out for deliveries
    publishing   posts of announcement channels, published to those who follow them
    attempts     one attempt at a delivery, and what one before it may have left
    finding      whether a post is out already
    changing     posts that stand already, edited and taken back
    forums       a forum's threads, one a story or one a day
    places       what kind of channel an id is
    spots        pure: where a delivery's messages stand
    doors        private chats, opened once
    answers      what Discord's answers mean for a delivery
    pace         staying under Discord's limits
    wire         Discord's REST API
    requests     one request, at its turn, sent once
    buckets      the limits of single channels, as Discord tells them
    refusals     what refuses a request, read with care
    plainer      pure: a message without what Discord refuses in it
    troubles     refusals and failures in words
    render       pure: digests and replies as messages
    cards        pure: a digest as parts of messages
    blocks       pure: an answer as parts of messages
    layout       pure: parts as messages within Discord's limits, buttons as keys and menus
    markdown     pure: Discord's markdown, and text from outside in it
    inline       pure: moments and commands in a text, until it becomes markdown
    members      the commands for everybody
    own          /my …: one's own private chat
    channel      /channel … and /setup
    running      /bot …: the bot's own admins
    pointing     what is asked of a message in its menu
    options      options, and what is offered while they are typed
    typed        pure: options as lines that the desk reads
    roles        roles that a channel's posts may call
    words        names and descriptions in each language
    sync         telling Discord of the commands
    smalltalk    what is no search, though it looks like one
    placing      which chat an answer is about
    waiting      what waits in servers, and goes on by itself
    classic      pure: a message as embeds
    marks        pure: what keys carry, addresses of chats
    parts        pure: what a message is made of
    message      pure: a message as it is to be sent, what its buttons carry, addresses
"""
