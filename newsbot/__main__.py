"""``python -m newsbot`` and the ``newsbot`` command."""

from __future__ import annotations

import sys

from newsbot import cli


def main() -> None:
    """Run the command line; leaves with exit status 0 (done), 1 (failed) or 2 (wrong usage or config)."""
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
