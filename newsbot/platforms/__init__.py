"""Where people meet the bot: one command table, presented natively by each platform."""
