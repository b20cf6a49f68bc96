"""Fireline: runbooks."""
