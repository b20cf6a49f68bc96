"""Fireline: domain."""
