"""newsbot: a news bot for Telegram, Discord and the browser."""
