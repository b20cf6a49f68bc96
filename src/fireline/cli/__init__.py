"""Fireline: cli."""
