"""Fireline: from what an SLO does to what people are told, once and together. Pure."""
