"""Fixtures that every test may use."""

pytest_plugins = [
    "tests.sandbox_fixture",
    "tests.servers",
    "tests.store_fixture",
    "tests.flow_fixture",
    "tests.e2e.browser",
    "tests.integration.slack_bot",
]
