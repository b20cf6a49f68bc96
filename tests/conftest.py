"""Fixtures that every test may use, how hard properties are tried, and what runs first."""

import pytest
from hypothesis import settings

# The suite has minutes; a search at leisure: pytest --hypothesis-profile thorough.
settings.register_profile("suite", max_examples=40)
settings.register_profile("thorough", max_examples=2000)
settings.load_profile("suite")

pytest_plugins = [
    "tests.sandbox_fixture",
    "tests.servers",
    "tests.store_fixture",
    "tests.flow_fixture",
    "tests.e2e.browser",
    "tests.integration.slack_bot",
]

# Files that take longest, so that no worker ends with one of them while the others have nothing
# left to do; the rest follows in the order of chance.
FIRST = (
    "e2e/test_storm.py",
    "e2e/test_kill.py",
    "e2e/test_states.py",
    "integration/test_flows.py",
    "e2e/test_repeats.py",
    "integration/test_demo.py",
    "integration/test_prometheus_survival.py",
    "e2e/test_story.py",
    "integration/test_slack_incident_acts.py",
    "e2e/test_maintenance.py",
    "e2e/test_page.py",
    "e2e/test_alertmanager.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    rank = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get("/".join(item.path.parts[-2:]), len(FIRST)))
