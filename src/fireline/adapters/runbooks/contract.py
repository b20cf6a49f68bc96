"""What the command line gives: any folder of Markdown in, lines of JSON out."""

import json
from pathlib import Path

from fireline.adapters.runbooks.library import RunbookFolder
from fireline.domain.runbook.runbook import RunbookHit


class RunbookSearch:
    """A folder read once, for one command."""

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            InvalidInputError: it does not exist.
        """
        self._folder = RunbookFolder(folder, check_seconds=float("inf"))

    def search(self, query: str) -> list[RunbookHit]:
        """At most ten results, best first; empty when none is a good match."""
        return self._folder.search(query)

    def json_line(self, query: str) -> str:
        """The same as one JSON array on one line."""
        results = [
            {
                "id": hit.id,
                "title": hit.title,
                "path": hit.path,
                "section": hit.section,
                "score": hit.score,
                "why": hit.why,
            }
            for hit in self.search(query)
        ]
        return json.dumps(results, ensure_ascii=False, separators=(",", ":"))

    def close(self) -> None:
        """Free the index."""
        self._folder.close()
