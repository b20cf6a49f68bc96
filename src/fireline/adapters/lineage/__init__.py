"""Fireline: lineage."""
