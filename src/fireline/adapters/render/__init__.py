"""Fireline: render."""
