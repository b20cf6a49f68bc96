"""What benchmarks share: folders, the platform, servers; all stopped at the end."""

import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.platform import Platform

ROOT = Path(__file__).resolve().parents[1]


class Stage:
    """Use as a context; parts start when first asked for."""

    def __init__(self) -> None:
        self.running = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.running.close()

    @cached_property
    def folder(self) -> Path:
        """An empty folder, removed at the end."""
        made = tempfile.TemporaryDirectory(prefix="fireline-bench-", ignore_cleanup_errors=True)
        return Path(self.running.enter_context(made))

    @cached_property
    def platform(self) -> Platform:
        """Prometheus with a past."""
        return self.running.enter_context(Platform(self.folder))
