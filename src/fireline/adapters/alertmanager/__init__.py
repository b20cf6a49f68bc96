"""Alertmanager: what its webhook says, its alerts and silences."""
