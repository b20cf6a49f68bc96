"""Prometheus rule files from SLO definitions."""

from fireline.adapters.rules.rule_file import RuleFormat, render

__all__ = ["RuleFormat", "render"]
