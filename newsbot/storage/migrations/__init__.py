"""Migrations, append-only: each takes its Operations and is given them by :mod:`newsbot.storage.migrate`."""
