"""Fireline: http."""
