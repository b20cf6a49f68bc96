"""A NUL in what other programs tell is refused at its field: PostgreSQL keeps none."""

import json

import pytest

from fireline.adapters.changes.payload import read_change
from fireline.adapters.http.declarations import declaration
from fireline.domain.errors import InvalidInputError


@pytest.mark.parametrize("field", ["title", "source", "dedupe_key", "service"])
def test_a_declaration_with_a_nul_is_refused(field: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{field}: "):
        declaration(json.dumps({"title": "late", field: "a\0b"}).encode())
    assert declaration(json.dumps({"title": "late\nby 2 h", "datasets": ["a"]}).encode()).text


@pytest.mark.parametrize("field", ["id", "title", "service", "author"])
def test_a_change_with_a_nul_is_refused(field: str) -> None:
    ours = {"id": "m-1", "title": "add column", "at": "2026-11-22T02:00:00Z", field: "a\0b"}
    with pytest.raises(InvalidInputError, match=field):
        read_change(json.dumps(ours).encode())
