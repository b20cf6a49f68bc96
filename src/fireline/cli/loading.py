"""The heavy parts of the program, imported when first used, so that `fireline --help` is quick."""

from importlib import import_module
from typing import TYPE_CHECKING, Any


class WhenUsed:
    """Stands for a module until something of it is wanted.

    Args:
        name: of the module.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """What the module holds under that name."""
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    from fireline import settings
    from fireline.adapters.runbooks import contract as runbooks
    from fireline.bootstrap import doctor, lint, offline, program, rules
    from fireline.demo import demo as demonstration
    from fireline.sandbox import server as sandbox
else:
    settings = WhenUsed("fireline.settings")
    runbooks = WhenUsed("fireline.adapters.runbooks.contract")
    doctor = WhenUsed("fireline.bootstrap.doctor")
    lint = WhenUsed("fireline.bootstrap.lint")
    offline = WhenUsed("fireline.bootstrap.offline")
    program = WhenUsed("fireline.bootstrap.program")
    rules = WhenUsed("fireline.bootstrap.rules")
    demonstration = WhenUsed("fireline.demo.demo")
    sandbox = WhenUsed("fireline.sandbox.server")

__all__ = [
    "demonstration",
    "doctor",
    "lint",
    "offline",
    "program",
    "rules",
    "runbooks",
    "sandbox",
    "settings",
]
