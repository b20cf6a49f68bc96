"""Fireline: fireline."""
