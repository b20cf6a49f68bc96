"""What is wrong in a file, where, and what would be right."""

from dataclasses import dataclass, field
from enum import StrEnum

from typing_extensions import override


class Level(StrEnum):
    """Whether the file can be used all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; `code` names its kind."""

    file: str
    line: int
    level: Level
    code: str
    message: str

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level} {self.code} {self.message}"

    @property
    def short(self) -> str:
        """Without level and code, as shown to people in chat."""
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Findings:
    """Collects the problems of one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def error(self, line: int, code: str, message: str) -> None:
        """Add something that keeps the definition from being used."""
        self.problems.append(Problem(self.file, line, Level.ERROR, code, message))

    def warning(self, line: int, code: str, message: str) -> None:
        """Add something that works but should be looked at."""
        self.problems.append(Problem(self.file, line, Level.WARNING, code, message))

    @property
    def errors(self) -> int:
        """How many errors there are so far."""
        return sum(p.level is Level.ERROR for p in self.problems)
