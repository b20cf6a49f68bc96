"""Whom an alert calls: people and one group by id, nobody by a name alone; tickets call nobody."""

import json
from dataclasses import replace

from fireline.adapters.slack.blocks import render
from fireline.adapters.slack.blocks.markup import mentions
from fireline.domain.slo.status import BurnSeverity
from tests.unit.slack_samples import an_alert


def test_a_message_calls_at_most_one_group() -> None:
    called = mentions(("S0FIRST1", "U0ANA", "S0SECOND", "@on-call", "<!channel>"))
    assert called == "<!subteam^S0FIRST1> <@U0ANA> S0SECOND @on-call &lt;!channel&gt;"


def test_a_page_calls_until_somebody_takes_it() -> None:
    page = an_alert(mention=("S0FIRST1",))
    assert "<!subteam^S0FIRST1>" in json.dumps(render(page).blocks)
    taken = replace(page, acknowledged_by="U0ANA")
    assert "<!subteam^" not in json.dumps(render(taken).blocks)
    ended = replace(page, closed_at=page.opened_at)
    assert "<!subteam^" not in json.dumps(render(ended).blocks)


def test_a_ticket_calls_nobody() -> None:
    ticket = an_alert(severity=BurnSeverity.TICKET)
    assert "<!subteam^" not in json.dumps(render(ticket).blocks)
