"""Fireline: store."""
