"""Fireline: usecases."""
