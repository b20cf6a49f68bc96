"""What is asked, and which questions go together in one query."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from typing_extensions import override

from fireline.adapters.prometheus.growth import Way, filled, rewritten
from fireline.adapters.prometheus.shapes import Shape, shapes

PARTS = 50
MEMBERS = 2_500
# A closer look holds thirty samples per series and bucket in the server's memory.
CLOSE_MEMBERS = 250
SLOW_PARTS = 5
# A part of so many is a query of its own, so that a server with several cores answers two at once.
MANY = 500
MAX_POINTS = 11_000
MAX_CELLS = 600_000


@dataclass(frozen=True, slots=True)
class Question:
    """One expression that gives one value, at `start`, `start + step` .. `end` (epoch seconds).

    `$window` in the expression stands for `window` seconds; `way` says how exactly its growth over
    that window is asked for, None as it is written.
    """

    expr: str
    start: int
    end: int
    step: int
    window: int = 0
    way: Way | None = None

    @override
    def __hash__(self) -> int:
        """That of the text, which remembers it: questions are looked up ten times each."""
        return hash(self.expr)

    @property
    def points(self) -> int:
        """How many instants it is asked for."""
        return (self.end - self.start) // self.step + 1

    @property
    def text(self) -> str:
        """The expression as Prometheus gets it."""
        expr = self.expr if self.way is None else rewritten(self.expr, self.way)
        return filled(expr, self.window)

    @property
    def shown(self) -> str:
        """The expression as people know it."""
        return filled(self.expr, self.window)


@dataclass(frozen=True)
class Part:
    """One piece of a query: a single question, or like ones that differ in a label's value."""

    questions: tuple[Question, ...]
    values: tuple[str, ...] = ()
    shape: Shape | None = None

    @cached_property
    def text(self) -> str:
        """The expression that answers all its questions."""
        first = self.questions[0]
        if self.shape is None:
            return first.text
        return filled(self.shape.grouped(dict.fromkeys(self.values), first.way), first.window)

    def singles(self) -> Iterator["Part"]:
        """Each question for itself."""
        return (Part((question,)) for question in self.questions)


Batch = list[Part]
Key = tuple[str, str, bool, int, Way | None]


def batches(questions: Iterable[Question], slow: set[str]) -> Iterator[Batch]:
    """Questions for the same instants together, few of them where one is slow or long."""
    groups: defaultdict[tuple[int, int, int, bool], list[Question]] = defaultdict(list)
    for question in questions:
        lame = question.expr in slow
        groups[question.start, question.end, question.step, lame].append(question)
    for (*_, lame), group in groups.items():
        if lame:
            yield from _cut([Part((q,)) for q in group], SLOW_PARTS)
        else:
            yield from _packed(list(_parts(group)), group[0].points)


def alone(part: Part) -> Iterator[Batch]:
    """The questions of a part that went wrong as a whole."""
    return _cut(list(part.singles()), _fitting(part.questions[0].points, PARTS))


def _parts(questions: Sequence[Question]) -> Iterator[Part]:
    """Like questions together, each by the label that brings most together."""
    ways = {question: shapes(question.expr) for question in questions}
    alike = Counter(_key(shape, q) for q, found in ways.items() for shape in found)
    together: defaultdict[Key, list[tuple[Question, Shape]]] = defaultdict(list)
    for question, found in ways.items():
        sizes = [alike[_key(shape, question)] for shape in found]
        if max(sizes, default=1) == 1:
            yield Part((question,))
        else:
            best = found[sizes.index(max(sizes))]
            together[_key(best, question)].append((question, best))
    for members in together.values():
        asked = members[0][0]
        close = asked.way is Way.SINCE or asked.way is Way.ALL
        size = _fitting(asked.points, CLOSE_MEMBERS if close else MEMBERS)
        for first in range(0, len(members), size):
            some = members[first : first + size]
            yield Part(tuple(q for q, _ in some), tuple(s.value for _, s in some), some[0][1])


def _key(shape: Shape, question: Question) -> Key:
    return shape.label, shape.template, shape.fills_zero, question.window, question.way


def _packed(parts: Sequence[Part], points: int) -> Iterator[Batch]:
    """As many parts in one query as fit."""
    batch: Batch = []
    cells = 0
    for part in parts:
        if len(part.questions) >= MANY:
            yield [part]
            continue
        more = len(part.questions) * points
        if batch and (len(batch) == PARTS or cells + more > MAX_CELLS):
            yield batch
            batch, cells = [], 0
        batch.append(part)
        cells += more
    if batch:
        yield batch


def _cut(parts: Batch, size: int) -> Iterator[Batch]:
    for first in range(0, len(parts), size):
        yield parts[first : first + size]


def _fitting(points: int, most: int) -> int:
    return max(1, min(most, MAX_CELLS // points))
