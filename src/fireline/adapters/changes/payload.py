"""What `POST /changes` takes: our own short form, or GitHub's deployment event."""

import json
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.changes import ChangeKind, ProductionChange

SHOWN_PROBLEMS = 3
# PostgreSQL keeps no NUL: what holds one would be sent again for ever.
TEXT = r"^[^\x00]*$"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT)]
Word = Annotated[str, Field(max_length=200, pattern=TEXT)]
Url = Annotated[str, Field(max_length=1000, pattern=r"^(https?://\S+)?$")]


class _Ours(BaseModel):
    """A misspelt field would go unnoticed, so unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Name
    title: Annotated[str, Field(min_length=1, max_length=300, pattern=TEXT)]
    at: AwareDatetime
    kind: ChangeKind = ChangeKind.DEPLOY
    service: Word = ""
    datasets: list[Name] = Field(default_factory=list, max_length=100)
    author: Word = ""
    url: Url = ""


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Login(_Tolerant):
    login: str = ""


class _Deployment(_Tolerant):
    id: int
    ref: str = ""
    environment: str = ""
    description: str | None = None
    created_at: AwareDatetime
    creator: _Login = Field(default_factory=_Login)


class _Repository(_Tolerant):
    name: str
    full_name: str
    html_url: str = ""


class _GitHub(_Tolerant):
    deployment: _Deployment
    repository: _Repository


def read_change(body: bytes) -> ProductionChange:
    """The change.

    Raises:
        InvalidInputError: names each field that is wrong, and how.
    """
    try:
        document = json.loads(body)
    except ValueError as error:
        raise InvalidInputError(f"the body is no JSON: {error}.") from error
    if not isinstance(document, dict):
        raise InvalidInputError("the body must be one JSON object.")
    if "deployment" in document and "repository" in document:
        return _of_github(_validated(_GitHub, document))
    said = _validated(_Ours, document)
    return ProductionChange(
        id=said.id,
        title=" ".join(said.title.split()),
        at=said.at,
        kind=said.kind,
        service=said.service,
        datasets=tuple(said.datasets),
        author=said.author,
        url=said.url,
    )


def _of_github(event: _GitHub) -> ProductionChange:
    """A deployment is of the service that the repository is called like."""
    made, repository = event.deployment, event.repository
    words = made.description or f"{repository.name} {made.ref}".strip()
    place = f" to {made.environment}" if made.environment else ""
    return ProductionChange(
        id=f"github:{repository.full_name}:{made.id}"[:200],
        title=" ".join(f"{words}{place}".split())[:300],
        at=made.created_at,
        service=repository.name[:200],
        author=made.creator.login[:200],
        url=repository.html_url if repository.html_url.startswith("https://") else "",
    )


def _validated(model: type[Any], document: dict[str, Any]) -> Any:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        said = [
            f"`{'.'.join(str(part) for part in problem['loc'])}`: {problem['msg']}"
            for problem in problems[:SHOWN_PROBLEMS]
        ]
        left = len(problems) - SHOWN_PROBLEMS
        more = f" (and {left} more)" if left > 0 else ""
        raise InvalidInputError(f"{'; '.join(said)}{more}.") from error
