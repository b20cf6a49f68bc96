"""Fireline: files."""
