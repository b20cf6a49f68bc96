"""Runbooks kept as Markdown in a folder."""

from fireline.adapters.runbooks.contract import RunbookSearch
from fireline.adapters.runbooks.library import RunbookFolder

__all__ = ["RunbookFolder", "RunbookSearch"]
