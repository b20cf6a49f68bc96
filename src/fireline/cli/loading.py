"""The heavy parts of the program, imported when first used, so that `fireline --help` is quick."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

# A thread that computes keeps the interpreter this long while others wait for it. The default of
# 5 ms makes an acknowledgement, which waits a dozen times for a socket or the database, pay it as
# often while SLOs are evaluated.
SWITCH_SECONDS = 0.0005


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


@contextmanager
def starting() -> Iterator[None]:
    """Start something that runs for long, in a process of its own.

    What is loaded meanwhile stays until the end: looking through it for garbage again and again is
    a quarter of the time a start takes, and would go on at every evaluation.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)


if TYPE_CHECKING:
    from fireline import settings
    from fireline.adapters.runbooks import contract as runbooks
    from fireline.bootstrap import (
        backtest,
        doctor,
        doctor_fitting,
        gate,
        lint,
        offline,
        oncall,
        program,
        reports,
        rules,
    )
    from fireline.demo import demo as demonstration
    from fireline.sandbox import server as sandbox
else:
    settings = WhenUsed("fireline.settings")
    runbooks = WhenUsed("fireline.adapters.runbooks.contract")
    backtest = WhenUsed("fireline.bootstrap.backtest")
    doctor = WhenUsed("fireline.bootstrap.doctor")
    doctor_fitting = WhenUsed("fireline.bootstrap.doctor_fitting")
    gate = WhenUsed("fireline.bootstrap.gate")
    lint = WhenUsed("fireline.bootstrap.lint")
    offline = WhenUsed("fireline.bootstrap.offline")
    oncall = WhenUsed("fireline.bootstrap.oncall")
    program = WhenUsed("fireline.bootstrap.program")
    reports = WhenUsed("fireline.bootstrap.reports")
    rules = WhenUsed("fireline.bootstrap.rules")
    demonstration = WhenUsed("fireline.demo.demo")
    sandbox = WhenUsed("fireline.sandbox.server")

__all__ = [
    "backtest",
    "demonstration",
    "doctor",
    "doctor_fitting",
    "gate",
    "lint",
    "offline",
    "oncall",
    "program",
    "reports",
    "rules",
    "runbooks",
    "sandbox",
    "settings",
    "starting",
]
