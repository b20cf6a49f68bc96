"""Fireline: adapters."""
