"""What a person typed after a slash command, taken apart: words, options, people. Pure."""

import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Role, Severity

SMART_QUOTES = str.maketrans(
    {"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"'}
)

TOKEN = re.compile(
    r"""(?P<option>[A-Za-z_]+:(?:"[^"]*"|<[^>]*>|[^\s"<]+))"""
    r"""|(?P<quoted>"[^"]*")|(?P<entity><[^>]*>)|(?P<word>\S+?(?=<[@\#!])|\S+)"""
)
PERSON = re.compile(r"^<@(?P<id>[UW][A-Z0-9]+)(?:\|(?P<name>[^>]*))?>$")
CHANNEL = re.compile(r"^<#(?P<id>[CGD][A-Z0-9]+)(?:\|(?P<name>[^>]*))?>$")
GROUP = re.compile(r"^<!subteam\^(?P<id>S[A-Z0-9]+)(?:\|(?P<name>[^>]*))?>$")
LINK = re.compile(r"^<(?P<url>(?:https?|mailto):[^|>]*)(?:\|(?P<label>[^>]*))?>$")
SEVERITY = re.compile(r"^(?:sev[- ]?)?(?P<level>[1-4])$", re.IGNORECASE)
INCIDENT = re.compile(r"^(?:inc-?)?(?P<id>\d{1,9})$", re.IGNORECASE)
ACTION = re.compile(r"^(?:act-?)?(?P<id>\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Person:
    """A mentioned user; `name` is empty when Slack sent the id alone."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """One command line.

    `text` is everything that is neither verb nor option, as readable plain text; `bare` is the
    same without the people; `raw` is all after the verb, as it was typed.
    """

    verb: str
    text: str
    raw: str
    words: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None
    people: tuple[Person, ...] = ()
    bare: str = ""

    def option(self, key: str) -> str | None:
        """The value of `key:value`, or None."""
        return (self.options or {}).get(key)

    def after(self, count: int) -> str:
        """The text without its first words."""
        return " ".join(self.words[count:])


def typed(
    line: str, options: Collection[str] = (), names: Mapping[str, str] | None = None
) -> Typed:
    """The parts of what follows a slash command; only the named options are taken as such.

    `names` has the people's names by id, for mentions that carry none.
    """
    cleaned = line.translate(SMART_QUOTES).strip()
    verb, _, raw = cleaned.partition(" ")
    words: list[str] = []
    bare: list[str] = []
    found: dict[str, str] = {}
    people: list[Person] = []
    for match in TOKEN.finditer(raw):
        token = match.group()
        key, _, value = token.partition(":")
        if match.lastgroup == "option" and key.lower() in options:
            found[key.lower()] = _value(value, names)
            continue
        word = readable(token.strip('"') if match.lastgroup == "quoted" else token, names)
        if who := person(token):
            people.append(who)
        elif word:
            bare.append(word)
        words.append(word)
    kept = tuple(word for word in words if word)
    shown, plain = " ".join(kept), " ".join(bare)
    return Typed(verb.lower(), shown, raw.strip(), kept, found, tuple(people), plain)


def _value(text: str, names: Mapping[str, str] | None) -> str:
    """An option's value; a mention stays as it is so that its id can be read."""
    bare = text.strip('"')
    return bare if PERSON.match(bare) else readable(bare, names)


def person(token: str) -> Person | None:
    """The user of an escaped mention such as `<@U123|ada>`, or None."""
    match = PERSON.match(token)
    return Person(match["id"], match["name"] or "") if match else None


def readable(text: str, names: Mapping[str, str] | None = None) -> str:
    """Slack's escapes turned into what a person would read: `@ada`, `#data`, plain links."""

    def plain(match: re.Match[str]) -> str:
        return _entity(match.group(), names or {})

    return html.unescape(re.sub(r"<[^<>]+>", plain, text))


def _entity(token: str, names: Mapping[str, str]) -> str:
    if who := person(token):
        return "@" + (who.name or names.get(who.id, who.id))
    if match := CHANNEL.match(token):
        return "#" + (match["name"] or names.get(match["id"], match["id"]))
    if match := LINK.match(token):
        return match["url"].removeprefix("mailto:")
    if match := GROUP.match(token):
        return "@" + (match["name"] or names.get(match["id"], match["id"])).removeprefix("@")
    if token.startswith("<!"):
        inner = token[2:-1]
        return inner.partition("|")[2] or "@" + inner.partition("^")[0]
    return token


def mentioned(text: str) -> tuple[str, ...]:
    """Ids of all users mentioned in a text."""
    return tuple(re.findall(r"<@([UW][A-Z0-9]+)", text))


def unnamed(text: str) -> tuple[str, ...]:
    """Ids of channels and groups that a text names by their id alone."""
    return tuple(re.findall(r"<(?:#|!subteam\^)([CGDS][A-Z0-9]+)\|?>", text))


def severity(text: str) -> Severity:
    """`2`, `sev2` or `SEV2` as a severity."""
    match = SEVERITY.match(text.strip())
    if match is None:
        raise InvalidInputError(
            f"\u201c{text}\u201d is not a severity. Use 1 (worst) to 4, such as `sev:2`.",
            "severity",
        )
    return Severity(int(match["level"]))


def role(text: str) -> Role:
    """A role by its name or the beginning of it, such as `commander`, `ops` or `data`."""
    wanted = text.strip().lower().replace(" ", "_").replace("-", "_")
    aliases = {
        "ic": Role.COMMANDER,
        "lead": Role.COMMANDER,
        "ops": Role.OPERATIONS,
        "comms": Role.COMMUNICATIONS,
        "owner": Role.DATA_OWNER,
    }
    if wanted in aliases:
        return aliases[wanted]
    found = [r for r in Role if wanted and r.value.startswith(wanted)]
    if len(found) != 1:
        known = ", ".join(r.value for r in Role)
        raise InvalidInputError(f"\u201c{text}\u201d is not a role. Roles: {known}.", "role")
    return found[0]


def incident_number(text: str) -> int:
    """`142` or `INC-142` as a number."""
    return _number(INCIDENT, text, "an incident", "INC-142")


def names_incident(text: str) -> bool:
    """Whether the text is an incident's number."""
    return INCIDENT.match(text.strip()) is not None


def action_number(text: str) -> int:
    """`7` or `ACT-7` as a number."""
    return _number(ACTION, text, "an action item", "ACT-7")


def _number(pattern: re.Pattern[str], text: str, what: str, example: str) -> int:
    match = pattern.match(text.strip())
    if match is None:
        raise InvalidInputError(
            f"\u201c{text}\u201d does not name {what}. Write it like `{example}`."
        )
    return int(match["id"])


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known verb a mistyped one most likely meant, or None."""
    found = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None
