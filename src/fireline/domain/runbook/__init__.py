"""Fireline: runbook."""
