"""The real bot, killed again and again under load, against servers that fail: is every story where it belongs, once?

``python -m tests.torture --kills 200 --seed 7 --database sqlite|postgres --processes 1|2`` prints the figures and every
promise that was broken. A short form runs in the suite.
"""
