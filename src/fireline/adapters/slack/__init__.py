"""Fireline: slack."""
