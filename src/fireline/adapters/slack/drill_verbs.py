"""Practising: a scenario is chosen, and then everything goes as it would."""

from collections.abc import Mapping

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import forms, kit
from fireline.adapters.slack.desk import Asked, Desk, Later, Modal, Reply, declared
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Outcome, Sent
from fireline.domain.errors import NotFoundError
from fireline.usecases.drill import start_drill

HELP: Mapping[str, str] = {
    "drill SCENARIO": "practises one; `declare WORDS drill` without a scenario",
}


def drill(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Start the scenario that was named; a form to choose one without a name."""
    if typed.words:
        return _started(desk, asked, typed.words[0])
    return Modal(form(desk, asked))


def form(desk: Desk, asked: Asked) -> kit.Block:
    """The scenarios there are.

    Raises:
        NotFoundError: there are none.
    """
    known = desk.s.drills.all()
    if not known:
        raise NotFoundError(
            "No scenario is written down; they stand in policies/drills. Without one:"
            " `/incident declare WORDS drill`."
        )
    options = [kit.option(one.title, one.name, one.name) for one in known.values()]
    first = options[0]["value"] if len(options) == 1 else ""
    return forms.modal(
        ids.VIEW_DRILL,
        "Drill",
        "Begin",
        [
            forms.labelled("scenario", "Scenario", forms.choice("Choose one", options, first)),
            kit.context(
                "It opens a channel of its own and tells it what you would see, on time. Every"
                " message says DRILL, nobody outside the drill list is paged, no figure counts it."
            ),
        ],
        {"channel": asked.channel},
    )


def sent(desk: Desk, asked: Asked, given: Sent) -> Outcome:
    """Start what was chosen."""
    return _started(desk, asked, given.need("scenario"))


def _started(desk: Desk, asked: Asked, name: str) -> Later:
    result = start_drill(desk.s, name, asked.user)
    return Later(lambda: declared(desk.settled(result.incident), result))
