"""Fireline: incident."""
