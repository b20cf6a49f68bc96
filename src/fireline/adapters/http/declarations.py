"""What `POST /incidents` says, taken apart within bounds."""

import json
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Severity
from fireline.domain.incident.symptoms import Symptom
from fireline.domain.incident.timeline import Provenance
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.declaration import Declare, Past

# PostgreSQL keeps no NUL: what holds one would be sent again for ever.
TEXT = r"^[^\x00]*$"
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=TEXT)
]
MOST_NAMES = 100
SHOWN_PROBLEMS = 3


class Declaration(BaseModel):
    """One body; a name or word that is not known here is refused, since it would be lost."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("", max_length=3000, pattern=TEXT)
    source: Name = "a program"
    dedupe_key: Name | None = None
    severity: int | None = Field(None, ge=1, le=4)
    slos: list[Name] = Field(default=[], max_length=MOST_NAMES)
    service: Name | None = None
    datasets: list[Name] = Field(default=[], max_length=MOST_NAMES)
    symptoms: list[Symptom] = Field(default=[], max_length=len(Symptom))
    began_at: AwareDatetime | None = None
    restored_at: AwareDatetime | None = None
    detected_at: AwareDatetime | None = None
    verified_at: AwareDatetime | None = None
    url: str = Field("", max_length=2000, pattern=r"^(https?://\S+)?$")
    quiet: bool = False
    restricted: bool = False
    drill: bool = False


def declaration(body: bytes) -> Declare:
    """The declaration as a use case takes it.

    Raises:
        InvalidInputError: it is none; the text says what is wrong, the field where.
    """
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"The body is no JSON: {error}.") from error
    try:
        said = Declaration.model_validate(data)
    except ValidationError as error:
        raise _refusal(error) from error
    if not said.title.strip() and not said.slos:
        raise InvalidInputError("Give a `title`, or name what suffers in `slos`.", "title")
    past = None
    if said.restored_at is not None:
        past = Past(said.restored_at, said.detected_at, said.verified_at)
    return Declare(
        text=said.title,
        actor=Actor(SYSTEM.id, f"{said.source} (API)"),
        severity=Severity(said.severity) if said.severity else None,
        service=said.service,
        slos=tuple(said.slos),
        datasets=tuple(said.datasets),
        provenance=Provenance("api", permalink=said.url or None, detail=said.dedupe_key),
        symptoms=tuple(said.symptoms),
        began_at=said.began_at,
        quiet=said.quiet,
        restricted=said.restricted,
        drill=said.drill,
        past=past,
        key=said.dedupe_key,
    )


def _refusal(error: ValidationError) -> InvalidInputError:
    """`datasets.0: ...` for the first few problems, at the field of the first."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    places = [".".join(str(part) for part in p["loc"]) for p in problems]
    shown = [
        f"{place or 'the body'}: {p['msg']}"
        for place, p in zip(places, problems[:SHOWN_PROBLEMS], strict=False)
    ]
    more = len(problems) - SHOWN_PROBLEMS
    rest = f"; and {more} more" if more > 0 else ""
    return InvalidInputError("; ".join(shown) + rest, places[0] or None)
