"""Addresses that belong to an incident: each once, in the order in which they came."""

from dataclasses import replace

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident

MOST_LINKS = 30
LONGEST_LINK = 500


def web_address(text: str) -> str:
    """The address.

    Raises:
        InvalidInputError: it is none that a browser opens, or too long.
    """
    url = text.strip().strip("<>").partition("|")[0]
    if not url.startswith(("https://", "http://")) or any(c.isspace() for c in url):
        message = "Give a web address, such as `/incident link add https://wiki.example.com/x`."
        raise InvalidInputError(message, "subject")
    if len(url) > LONGEST_LINK:
        message = f"An address holds {LONGEST_LINK} characters; yours has {len(url)}."
        raise InvalidInputError(message, "subject")
    return url


def with_link(incident: Incident, url: str) -> Incident:
    """The incident with one more address.

    Raises:
        InvalidInputError: it has as many as it may hold.
    """
    held = incident.details.links
    if url in held:
        return incident
    if len(held) >= MOST_LINKS:
        message = f"An incident holds at most {MOST_LINKS} links; remove one first."
        raise InvalidInputError(message, "subject")
    return replace(incident, details=replace(incident.details, links=(*held, url)))


def without_link(incident: Incident, url: str) -> Incident:
    """The incident without the address.

    Raises:
        NotFoundError: it never had it.
    """
    held = incident.details.links
    if url not in held:
        raise NotFoundError(f"{incident.ref} has no link {url}; it has {len(held)} others.")
    left = tuple(one for one in held if one != url)
    return replace(incident, details=replace(incident.details, links=left))
