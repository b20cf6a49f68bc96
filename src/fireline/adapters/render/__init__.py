"""Documents rendered from facts."""

from fireline.adapters.render.documents import JinjaDocuments

__all__ = ["JinjaDocuments"]
