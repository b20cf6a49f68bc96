"""Fireline: flows."""
