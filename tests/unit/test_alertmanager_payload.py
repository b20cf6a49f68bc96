"""What the webhook reads, and what it refuses with what and where."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.alertmanager.payload import notification
from fireline.adapters.alertmanager.receivers import Receiver, receivers_of
from fireline.domain.errors import InvalidInputError
from tests.alertmanager_calls import a_call, an_alert

Change = Callable[[dict[str, Any]], object]


def read(call: object) -> Any:
    return notification(json.dumps(call).encode())


def test_a_call_is_read_with_milliseconds_and_without_a_false_end() -> None:
    said = read(a_call(an_alert("a"), an_alert("b", ended="2026-11-22T02:09:41.653999999+01:00")))
    first, second = said.alerts
    assert (first.firing, first.ends_at) == (True, None)
    assert first.starts_at == datetime(2026, 11, 22, 2, 4, 1, 653_000, UTC)
    assert second.ends_at == datetime(2026, 11, 22, 1, 9, 41, 653_000, UTC)
    assert (said.receiver, said.left_out) == ("bot", 0)
    assert said.source_url == "http://alertmanager.test:9093"
    assert first.source_url.startswith("http://prometheus.test:9090/graph?")


def test_what_is_new_in_a_later_version_is_left_aside() -> None:
    call = a_call({**an_alert("a"), "new": {"deep": 1}}, notificationReason="new")
    assert read(call) == read(a_call(an_alert("a")))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://a b", "", "http://" + "x" * 3000])
def test_what_is_no_web_address_becomes_no_link(url: str) -> None:
    said = read(a_call({**an_alert("a"), "generatorURL": url}, externalURL=url))
    assert (said.source_url, said.alerts[0].source_url) == ("", "")


def test_labels_alerts_and_texts_are_bounded() -> None:
    labels = {f"l{n:03}": "v" * 5000 for n in range(300)}
    many = [an_alert(f"i{n}") for n in range(1203)]
    said = read(a_call(*many, truncatedAlerts=4, commonLabels=labels, receiver="r" * 999))
    assert (len(said.alerts), said.left_out) == (1000, 207)
    assert (len(said.common_labels), len(said.common_labels["l000"])) == (64, 2000)
    assert len(said.receiver) == 200


def wrong(change: Change) -> dict[str, Any]:
    call = a_call(an_alert("a"))
    change(call)
    return call


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.pop("groupKey"), "groupKey: Field required"),
        (lambda c: c.update(alerts=None), "alerts: Input should be a valid list"),
        (lambda c: c["alerts"][0].update(status="maybe"), "alerts.0.status"),
        (lambda c: c["alerts"][0].update(startsAt="yesterday"), "alerts.0.startsAt"),
        (lambda c: c["alerts"][0].update(startsAt="2026-11-22T02:04:01"), "timezone"),
        (lambda c: c["alerts"][0].update(labels={"a": 1}), "alerts.0.labels.a"),
        (lambda c: c.update(truncatedAlerts=-1), "truncatedAlerts"),
        (lambda c: c.update(alerts=[{}] * 9), "and 33 more"),
    ],
)
def test_a_wrong_field_is_named(change: Change, words: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read(wrong(change))
    assert words in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"3", b"[]", b'"x"'])
def test_what_is_no_call_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        notification(body)


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*a_call(an_alert()), *an_alert()]), inner, max_size=4
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    with suppress(InvalidInputError):
        assert notification(body).key


CONFIG = """
receivers:
  - name: bot
    webhook_configs:
      - {url: 'https://fireline.test/alertmanager', send_resolved: false, max_alerts: 5}
  - name: other
    webhook_configs: [{url: <secret>}]
  - name: mail
    email_configs: [{to: x}]
"""


def test_the_receivers_that_lead_here_are_found_in_its_configuration() -> None:
    assert receivers_of(CONFIG) == [
        Receiver("bot", leads_here=True, hidden=False, send_resolved=False, max_alerts=5),
        Receiver("other", leads_here=False, hidden=True, send_resolved=True, max_alerts=0),
    ]
    assert receivers_of("{") == []
    assert receivers_of("text") == []
