"""Runbooks kept as Markdown in a folder."""

from fireline.adapters.runbooks.library import RunbookFolder, answer_batch, search_json

__all__ = ["RunbookFolder", "answer_batch", "search_json"]
