"""Fireline: sandbox."""
