"""The config: YAML to frozen, typed values; every error with its file and line.

::

    document   the file's text as values that remember their lines; the environment filled in
    values     the small types: durations, addresses, chats, time zones
    section    what every mapping has in common
    platforms  their keys
    model      all other keys, and the whole file
    explain    what is wrong with a key, in plain words
    names      what a name in the file stands for
    check      what is wrong between keys
    config     the whole, and the domain's objects made of it
"""

from __future__ import annotations

from newsbot.config.config import Config, SubscriptionSpec
from newsbot.config.diff import config_diff, stored_diff
from newsbot.config.load import load_config
from newsbot.config.schema import schema

__all__ = ["Config", "SubscriptionSpec", "config_diff", "load_config", "schema", "stored_diff"]
