"""The Telegram platform, through the real library, against a strict server."""
