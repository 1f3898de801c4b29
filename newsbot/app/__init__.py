"""The composition root: opens the rooms, wires them, runs their loops and closes them in order.

::

    newsroom   everything opened and wired for one config
    running    the loops, signals, and one round of everything (``--once``)
    reloading  a changed config, taken over by what runs
    looking    a look at one feed, with nothing stored
    orders     the standing orders that the config places
    webchat    the browser's chat, given what it needs of the other rooms
    terminal   what the person at the terminal sees
    metrics    what /metrics shows
    asker      the person at the command line, as the Newsdesk sees them
"""

from __future__ import annotations
