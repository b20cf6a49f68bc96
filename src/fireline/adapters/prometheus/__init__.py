"""Fireline: prometheus."""
