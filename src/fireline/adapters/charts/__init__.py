"""Fireline: charts."""
