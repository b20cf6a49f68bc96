"""Fireline: what alerts would have done in the past."""
