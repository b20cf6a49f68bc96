"""The command line: prints and asks, never decides."""

from fireline.cli.app import main

__all__ = ["main"]
