"""Asking Alertmanager, as the settings say."""

from importlib.metadata import version

from fireline.adapters.alertmanager.client import AlertmanagerClient
from fireline.adapters.alertmanager.session import Access
from fireline.settings import Settings


def alertmanager_of(settings: Settings) -> AlertmanagerClient | None:
    """Alertmanager, where its address is set."""
    if settings.alertmanager_url is None:
        return None
    given = settings.alertmanager_headers.items()
    headers = {name: value.get_secret_value() for name, value in given}
    token = settings.alertmanager_bearer_token
    if token is not None:
        headers["Authorization"] = f"Bearer {token.get_secret_value()}"
    access = Access(str(settings.alertmanager_url), tuple(headers.items()))
    return AlertmanagerClient(access, version("fireline"))
