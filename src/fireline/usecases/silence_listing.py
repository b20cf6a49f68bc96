"""What is silent, and what a silence would keep quiet before it is made."""

from collections.abc import Sequence

from fireline.domain.alertmanager.alerts import SeenAlert
from fireline.domain.alertmanager.silences import Matcher, Silence, breadth, check_matchers, written
from fireline.domain.errors import EffectError, InvalidInputError, RejectedError
from fireline.usecases.external_alert_projection import lines
from fireline.usecases.external_alert_views import SilenceLine, SilenceList, SilencePreview
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.silence_record import told_of

HOLDING = ("active", "pending")


def preview(s: Services, matchers: Sequence[Matcher]) -> SilencePreview:
    """What these conditions would keep quiet now, and whether they reach too far.

    Raises:
        InvalidInputError: they would silence everything, or Alertmanager refuses them.
    """
    check_matchers(matchers)
    text = written(matchers)
    try:
        hit = s.alertmanager.alerts(matchers, quick=True)
    except RejectedError as error:
        raise InvalidInputError(str(error), "matchers") from error
    except EffectError as error:
        return SilencePreview(text, None, broad=breadth(matchers, ()), trouble=str(error))
    return SilencePreview(
        text,
        lines(hit, {}),
        names=_names(hit),
        broad=breadth(matchers, [alert.labels for alert in hit]),
    )


def _names(hit: Sequence[SeenAlert]) -> tuple[str, ...]:
    return tuple(sorted({alert.labels.get("alertname", "?") for alert in hit}))


def list_silences(s: Services) -> SilenceList:
    """The silences that hold or will hold, ours and those of others, the first to end first.

    Raises:
        EffectError: Alertmanager did not answer.
        InvalidInputError: there is none.
    """
    found = [one for one in s.alertmanager.silences() if one.state in HOLDING]
    with s.store() as uow:
        shown = [_silence_line(uow, one) for one in sorted(found, key=lambda one: one.ends_at)]
    return SilenceList(tuple(shown))


def _silence_line(uow: UnitOfWork, one: Silence) -> SilenceLine:
    ours = uow.silences.of_silence(one.id)
    reason, ref = told_of(uow, ours) if ours else (one.comment, None)
    return SilenceLine(
        id=one.id,
        matchers=written(one.matchers),
        created_by=one.created_by,
        ends_at=one.ends_at,
        reason=reason,
        pending=one.state == "pending",
        incident_ref=ref,
    )
