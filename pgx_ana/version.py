"""The version of this program, in one place; nothing is imported to read it."""

__version__ = "0.1.0"
