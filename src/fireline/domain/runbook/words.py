"""How titles, alert names and messy questions become comparable words."""

import re
from itertools import pairwise

_STOP_TEXT = """
    a about above across after again all also although am an and any are as at be because been
    before being below between both but by can cannot could currently did do does doing done
    during each else ever every few find firing first fix following for from further get getting
    gets give given go going got greater had happen happened happening happens has have having
    help her here his hour hours how i if in instead into is it its just keep keeps know last less
    let like look lot make makes many may me mean might minute minutes more most much must my need
    needs now of off often on once one only or other our out over own past per please point
    problem problems really runbook same second seconds see seem seems seen severity she should
    show since so some someone something still such take takes tell than that the their them then
    there these they thing things this those through to too trying under until us use used using
    value values very want was way we were what when where whether which while who whole why will
    with within without would yet you your
    alert alerting alerts critical warning info labels summary description message currently
    detected
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
"""Words that say nothing about which runbook is meant."""

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_KEY = re.compile(r"[^a-z0-9]+")
_STRIPPED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\{\{.*?\}\}",
        r"https?://\S+",
        (
            r"\b(?:pod|instance|namespace|node|host(?:name)?|ip|container|device|endpoint|cluster|uid"
            r"|id|region|zone|env(?:ironment)?|replica|shard)\s*=\s*\"?[^\s\",}]+\"?"
        ),
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b",
        (
            r"\b(?![45]\d\d\b)\d+(?:[.,:]\d+)*"
            r"(?:\s?(?:%|ms|s|sec|m|min|mins|h|hrs?|d|x|[kmgt]i?b?)(?!\w)|(?!\w))"
        ),
    )
)
_CODE_LENGTH = 12
_CODE_TURNS = 3
_MAX_TERMS = 60


def normalise(text: str) -> str:
    """Only lower-case letters and digits, so that `Orders sink stalled` is `OrdersSinkStalled`."""
    return _NOT_KEY.sub("", text.lower())


def split_camel(word: str) -> list[str]:
    """The parts of a joined name: `KubeAPIDown` gives `Kube`, `API`, `Down`."""
    return _CAMEL.split(word)


def terms(text: str, *, joined: bool = True) -> list[str]:
    """Lower-case words with joined names split; `joined` keeps the unsplit form beside them."""
    found: list[str] = []
    for word in _WORD.findall(text):
        parts = split_camel(word)
        found.extend(part.lower() for part in parts)
        if joined and len(parts) > 1:
            found.append(word.lower())
    return found


def strip_values(text: str) -> str:
    """The text without what changes from alert to alert: hosts, pods, numbers, addresses."""
    for pattern in _STRIPPED:
        text = pattern.sub(" ", text)
    return text


def query_terms(text: str) -> list[str]:
    """The distinct words of a question that are worth looking for, in order."""
    stripped = strip_values(text)
    one_word = len(_WORD.findall(stripped)) == 1
    words = [word for word in terms(stripped, joined=one_word) if not _is_code(word)]
    kept = [word for word in words if word not in STOP_WORDS and (len(word) > 1)]
    return list(dict.fromkeys(kept or words))[:_MAX_TERMS]


def _is_code(word: str) -> bool:
    """Whether a word looks like a generated name, such as the tail of a pod's."""
    turns = sum(left.isdigit() != right.isdigit() for left, right in pairwise(word))
    return turns >= _CODE_TURNS or (turns > 0 and len(word) >= _CODE_LENGTH)
