"""What a drill aims at, before anything is measured."""

import json
from datetime import timedelta

from fireline.adapters.slack.blocks.drill import card
from fireline.domain.incident.drill_measures import Measure
from fireline.usecases.impact_views import DrillCard


def test_a_drill_that_has_just_begun_shows_targets_and_no_missing_figures() -> None:
    measure = Measure("RTO", None, timedelta(minutes=60))
    begun = DrillCard("INC-5", "loads fail", "", (), (measure,), over=False)
    assert "RTO at most 60 min" in json.dumps(card(begun).blocks)
    done = DrillCard("INC-5", "loads fail", "", (), (measure,), over=True)
    assert "RTO not recorded" in json.dumps(card(done).blocks)
