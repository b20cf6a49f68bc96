"""A Block Kit validator of our own: structure, lengths and counts, fields read together."""

from fireline.sandbox.blockkit.problems import Problem
from fireline.sandbox.blockkit.validation import validate_blocks, validate_message, validate_view

__all__ = ["Problem", "validate_blocks", "validate_message", "validate_view"]
