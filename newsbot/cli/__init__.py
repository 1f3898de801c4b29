"""The command line: a file for each group of commands.

::

    program      the whole, and what becomes of errors
    console      the config option, running async work, tables and progress
    bot          run, check, diff, schema
    looking      search, status
    feeds  topics  deliveries  db
    try_         the bot's judgement on files; lines reads and writes them
"""

from __future__ import annotations

from newsbot.cli.program import main

__all__ = ["main"]
