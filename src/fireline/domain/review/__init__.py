"""Fireline: review."""
