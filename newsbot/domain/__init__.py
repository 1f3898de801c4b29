"""What the bot decides, and nothing else: no await, no I/O, no clock, no randomness."""
