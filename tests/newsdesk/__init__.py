"""Tests of what people can ask."""
