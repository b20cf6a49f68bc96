"""Fireline: slo."""
