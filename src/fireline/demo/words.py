"""What the demo tells people: in the terminal and on the page."""

from pathlib import Path

_TROUBLES = (
    ("Stop the orders pipeline", "orders_late"),
    ("Stop the consumers", "consumer_lag"),
    ("Publish bad data", "bad_data"),
)


def page_panel(platform_url: str) -> dict[str, object]:
    """The panel of the sandbox's page: what to try, and the buttons that break and repair."""
    buttons = [
        {"label": label, "url": f"{platform_url}/faults/{name}", "method": "POST"}
        for label, name in _TROUBLES
    ]
    repair = {"label": "Repair everything", "url": f"{platform_url}/faults/clear", "method": "POST"}
    return {
        "title": "Break something",
        "text": (
            "The burn alert is in *#data-platform-alerts* within two minutes. Then declare an "
            "incident from it."
        ),
        "buttons": [*buttons, repair],
    }


def banner(page_url: str, platform_url: str, prometheus_url: str, log: Path) -> str:
    """The text for the terminal, in rich markup."""
    return f"""\
Open [bold underline]{page_url}[/] in a browser. You are Ana; the menu switches users.

[bold]What to try[/]
 1. Look around: [cyan]/slo[/], [cyan]/slo show orders-landing-fresh[/],
    [cyan]/runbook cdc behind[/]
 2. Press [bold]Stop the orders pipeline[/]. Within two minutes the burn alert is
    in [bold]#data-platform-alerts[/] with a runbook, a picture and buttons.
 3. Press [bold]Declare incident[/] on it. In the new channel: talk, react with
    📌 to keep a message in the timeline, [cyan]/incident role commander @bo[/],
    [cyan]/incident mitigate ...[/] Dia is on call and is called by direct
    message: switch to her and press [bold]Acknowledge[/].
 4. Press [bold]Repair everything[/], then [cyan]/incident restore ...[/] and
    [cyan]/incident resolve[/]. The postmortem draft arrives with the budget
    that the incident cost; [cyan]/incident accept all[/] puts the timeline in.
 5. [cyan]/postmortem action Add a landing check @chen due:tomorrow[/],
    then [cyan]/review[/].

Without a browser (or consumer_lag, bad_data, clear):
[dim]curl -X POST {platform_url}/faults/orders_late[/]
Prometheus: [dim]{prometheus_url}[/]
Log: [dim]{log}[/]

Ctrl-C stops everything."""
