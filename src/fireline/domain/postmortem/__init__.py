"""Fireline: postmortem."""
