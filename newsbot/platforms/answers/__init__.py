"""The answers to commands and presses, a file for each group: what the Newsdesk found, put into words and buttons."""
