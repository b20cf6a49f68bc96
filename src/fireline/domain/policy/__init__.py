"""Fireline: policy."""
