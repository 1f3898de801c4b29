"""The composition root: opens the rooms, wires them, runs their loops and closes them in order.

::

    newsroom   everything opened and wired for one config
    running    the loops, signals, and one round of everything (``--once``)
    reloading  a changed config, taken over by what runs
    looking    a look at one feed, with nothing stored
    webchat    the browser's chat, given what it needs of the other rooms
    terminal   what the person at the terminal sees
"""

from __future__ import annotations

from newsbot.app.newsroom import Newsroom, open_newsroom
from newsbot.app.running import OnceReport, Role, run_once, run_until_stopped

__all__ = ["Newsroom", "OnceReport", "Role", "open_newsroom", "run_once", "run_until_stopped"]
