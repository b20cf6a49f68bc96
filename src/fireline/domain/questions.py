"""Plain questions to the bot: what is asked about what. Pure; knows words, not facts."""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 500
_SAFE = re.compile(
    r"^(?:is|are|can|may|should|could)\s+(?:it\s+|i\s+|we\s+)?(?:still\s+)?"
    r"(?:safe\s+to\s+|ok\s+to\s+|okay\s+to\s+)?(?:use|trust|rely\s+on|read)\s+(?P<a>.+)$"
    r"|^(?:is|are)\s+(?P<b>.+?)\s+(?:(?:still|now|already|really|currently)\s+)?"
    r"(?:safe|ok|okay|fine|fresh|usable|correct|right|complete|late|stale|wrong|broken|"
    r"up[- ]to[- ]date|good)(?:\s+(?:to\s+use|again|now|yet|today|to\s+rely\s+on))*$",
    re.IGNORECASE,
)
_RUNBOOK = re.compile(
    r"^(?:(?:is\s+there\s+|show\s+|find\s+)?(?:an?\s+|the\s+)?(?:runbook|playbook)s?\s*(?:for|on|about|of)?"
    r"|how\s+(?:do|can|should|would)\s+(?:i|we|you)(?:\s+(?:fix|solve|handle|repair))?"
    r"|what\s+(?:do|can|should)\s+(?:i|we)\s+do\s*(?:about|with|when|if|for)?"
    r"|what\s+to\s+do\s*(?:about|with|when|if|for)?)\s+(?P<a>.+)$",
    re.IGNORECASE,
)
_ON_CALL = re.compile(r"\bon[- ]?call\b", re.IGNORECASE)
_BURNING = re.compile(r"\b(?:burn|burns|burning|budgets?|slos?|on fire)\b", re.IGNORECASE)
_OPEN = re.compile(
    r"\b(?:incidents?|outages?|open|down|broken|going on|happening|wrong)\b", re.IGNORECASE
)
_ARTICLES = re.compile(r"^(?:the|our|my|this|that|data|table|dataset|dashboard)\s+", re.IGNORECASE)

_KIND = re.compile(r"\s+(?:table|view|dataset|data|model|dashboard|report)$", re.IGNORECASE)


class Asks(StrEnum):
    """What a question wants to know."""

    BURNING = "burning"
    OPEN = "open"
    SAFE = "safe"
    RUNBOOK = "runbook"
    ON_CALL = "on_call"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `about` is the dataset or the words to search with, where there are any."""

    asks: Asks
    about: str
    text: str


def question(text: str) -> Question:
    """What a sentence asks; what is not understood is `ANYTHING`, with its words."""
    said = " ".join(text.split())[:LONGEST].rstrip(" ?!.")
    if found := _RUNBOOK.match(said):
        return Question(Asks.RUNBOOK, found["a"], said)
    if found := _SAFE.match(said):
        return Question(Asks.SAFE, _bare(found["a"] or found["b"]), said)
    if _ON_CALL.search(said):
        return Question(Asks.ON_CALL, "", said)
    if _BURNING.search(said):
        return Question(Asks.BURNING, "", said)
    if _OPEN.search(said):
        return Question(Asks.OPEN, "", said)
    return Question(Asks.ANYTHING, said, said)


def shorter(name: str) -> str:
    """The name without the word that says what kind of thing it is: `orders` of `orders table`."""
    return _KIND.sub("", name)


def _bare(name: str) -> str:
    """A thing's name without articles and code marks."""
    bare = name.strip(" `\"'")
    while (without := _ARTICLES.sub("", bare)) != bare:
        bare = without
    return bare.strip(" `\"'")
