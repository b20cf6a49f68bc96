"""Questions that share a query get the answers they would get alone, from a real Prometheus."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fireline.adapters.prometheus.asking import Asker, Values
from fireline.adapters.prometheus.client import Access, PrometheusClient
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.growth import Way
from fireline.adapters.prometheus.questions import Question
from tests.servers import TestPrometheus

pytestmark = pytest.mark.real

END = 1_795_000_200
SERVICES = ("plain", "with.dot", 'quo"ted', "back\\slash", "a|b", "ümlaut", "absent")


@pytest.fixture
def asker(prometheus: TestPrometheus) -> Iterator[Asker]:
    times = range(END - 3600, END + 1, 30)
    prometheus.write(
        {
            (("__name__", metric), ("service", service), ("shard", shard)): [
                (float(t), float((t - END + 3600) * (n + 1))) for t in times
            ]
            for n, service in enumerate(SERVICES[:-1])
            for metric in ("grouped_ok_total", "grouped_all_total")
            for shard in ("1", "2")
        }
    )
    prometheus.write({'lonely_total{service="a|b"}': [(float(t), float(t)) for t in times]})
    client = PrometheusClient(Access(prometheus.url), "test", 10.0)
    yield Asker([client])
    client.close()


def question(template: str, service: str) -> Question:
    value = service.replace("\\", "\\\\").replace('"', '\\"')
    return Question(template.replace("SERVICE", value), END - 900, END, 300, 300)


@pytest.mark.parametrize(
    "template",
    [
        'sum(increase(grouped_ok_total{service="SERVICE"}[$window]))',
        'sum(rate(grouped_ok_total{service="SERVICE",shard=~"1|2"}[10m] offset $window))',
        'sum(grouped_all_total{service="SERVICE"}) / 2 - max(grouped_ok_total{service="SERVICE"})',
        'max(timestamp(grouped_ok_total{service="SERVICE"}))',
        'count(last_over_time(grouped_ok_total{service="SERVICE"}[299s]))',
        'count(grouped_ok_total{service="SERVICE"} > 100 and grouped_all_total{service="SERVICE"})',
        'max(grouped_ok_total{service="SERVICE"}) > bool 7000',
    ],
)
def test_answers_are_the_same_as_one_by_one(asker: Asker, template: str) -> None:
    questions = [question(template, service) for service in SERVICES]
    together = asker.ask(questions, END)
    for one, service in zip(questions, SERVICES, strict=True):
        shared, alone = together[one], asker.ask([one], END)[one]
        assert isinstance(shared, Values)
        assert isinstance(alone, Values)
        assert shared.times.tolist() == alone.times.tolist()
        assert shared.values.tolist() == pytest.approx(alone.values.tolist())
        assert bool(shared.values.size) == (service != "absent")


OK = '(sum(increase(grouped_ok_total{service="SERVICE"}[$window])) or vector(0))'
ONLY_HERE = '(sum(increase(lonely_total{service="SERVICE"}[$window])) or vector(0))'


@pytest.mark.parametrize("way", [None, Way.FAST, Way.SINCE])
@pytest.mark.parametrize("template", [OK, f"{OK} + {ONLY_HERE}", f"{ONLY_HERE} + {OK} + {OK}"])
def test_sums_that_may_be_zero_are_answered_together_as_alone(
    asker: Asker, template: str, way: Way | None
) -> None:
    questions = [replace(question(template, service), way=way) for service in SERVICES]
    together = asker.ask(questions, END)
    for one in questions:
        shared, alone = together[one], asker.ask([one], END)[one]
        assert isinstance(shared, Values)
        assert isinstance(alone, Values)
        assert shared.times.tolist() == alone.times.tolist()
        assert shared.values.tolist() == pytest.approx(alone.values.tolist())
        assert shared.times.size == 4


def test_one_wrong_question_does_not_take_its_group_along(asker: Asker) -> None:
    """Without a metric name `rate` gives the same labels twice where two metrics share them."""
    template = 'sum(rate({service="SERVICE",__name__=~"lonely_total|grouped_.*"}[$window]))'
    wrong = question(template, "plain")
    right = question(template.replace("|grouped_.*", ""), "a|b")
    other = question(template, "absent")
    answers = asker.ask([wrong, right, other], END)
    assert isinstance(answers[wrong], QueryFailure)
    assert isinstance(answers[other], Values)
    found = answers[right]
    assert isinstance(found, Values)
    assert found.values.size
