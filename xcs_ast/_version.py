"""The version, alone in its file so that a build can read it."""

__version__ = "0.1.0"
