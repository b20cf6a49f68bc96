"""Alerts of others, such as Alertmanager's: groups, what ends an alert, silences."""
