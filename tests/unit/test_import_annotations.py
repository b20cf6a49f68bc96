"""Annotations give imported SLOs what the foreign formats have no key for."""

import pytest

from tests.unit.import_reading import loaded, only, refused, warned
from tests.unit.test_import_openslo import V1
from tests.unit.test_import_pyrra import OBJECT as PYRRA
from tests.unit.test_import_slo_generator import DOCUMENT as GENERATOR
from tests.unit.test_import_sloth import OBJECT as SLOTH

GIVEN = """  annotations:
    fireline.dev/tier: "0"
    fireline.dev/owner: team-shop
    fireline.dev/channel: "#shop"
    fireline.dev/runbook: shop-down
    fireline.dev/datasets: orders, refunds
    fireline.dev/min-events: "500"
    fireline.dev/data-source: eu
"""


def with_annotations(text: str, annotations: str = GIVEN) -> str:
    """The document with these in its metadata."""
    if "metadata:\n" in text:
        return text.replace("metadata:\n", f"metadata:\n{annotations}", 1)
    start = text.index("metadata: {")
    end = text.index("\n", start)
    inner = text[start + len("metadata: {") : end - 1]
    lines = "\n".join(f"  {one.strip()}" for one in inner.split(","))
    return f"{text[:start]}metadata:\n{annotations}{lines}{text[end:]}"


@pytest.mark.parametrize("text", [V1, PYRRA, GENERATOR, SLOTH], ids=["v1", "pyrra", "gen", "sloth"])
def test_annotations_of_ours_are_carried_over(text: str) -> None:
    slo = only(with_annotations(text))
    assert (slo.tier, slo.owner, slo.channel) == (0, "team-shop", "#shop")
    assert (slo.runbook, slo.datasets) == ("shop-down", ("orders", "refunds"))
    assert (slo.min_events, slo.data_source) == (500, "eu")


def test_others_are_told_and_unknown_ones_get_the_nearest() -> None:
    other = with_annotations(V1, "  annotations: {example.com/x: y, fireline.dev/ownr: a}\n")
    warned(other, 4, "annotation `example.com/x` is not carried over")
    warned(other, 4, "did you mean `fireline.dev/owner`?")
    strange = with_annotations(V1, "  annotations: {fireline.dev/zzzz: y}\n")
    warned(strange, 4, "known are fireline.dev/tier")


def test_what_an_annotation_says_wrongly_is_an_error_at_its_line() -> None:
    text = with_annotations(V1).replace('tier: "0"', 'tier: "high"')
    refused(text, 5, "`tier` is `high`; it must be 0 or 1 or 2")


def test_all_objectives_of_a_document_have_them() -> None:
    text = with_annotations(V1).replace("{target: 0.995}", "{target: 0.995}\n    - {target: 0.9}")
    assert {slo.owner for slo in loaded(text)[0]} == {"team-shop"}
