"""Tests of Telegram's room, against the strict server and with the real library."""
