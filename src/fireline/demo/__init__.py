"""Fireline: demo."""
