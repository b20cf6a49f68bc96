"""Fixtures that every test may use, and how hard properties are tried."""

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
