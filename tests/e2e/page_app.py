"""A small Slack app for the page's tests and pictures: every kind of block, a form, a Home."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from fireline.sandbox.seed import BOT_TOKEN, DEFAULT, Seed
from fireline.sandbox.server import SandboxServer
from tests.official_client import official_client

Json = dict[str, Any]

SHORTCUTS = [
    {"name": "Add to timeline", "callback_id": "add_to_timeline", "type": "message"},
    {"name": "Order something", "callback_id": "order_anywhere", "type": "global"},
]
COMMANDS = [
    {"command": "/order", "description": "Order lunch for the team", "usage_hint": "[dish]"},
    {"command": "/orders", "description": "What was ordered", "usage_hint": "today | week"},
    {"command": "/broken", "description": "Never answers", "usage_hint": ""},
]
MENU = [("soup", "Soup"), ("curry", "Curry"), ("salad", "Salad")]


def seed() -> Seed:
    """The default workspace with this app's commands and shortcuts."""
    app = {**DEFAULT["apps"][0], "commands": COMMANDS, "shortcuts": SHORTCUTS}
    return Seed(data={**DEFAULT, "apps": [app]})


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str) -> Json:
    return {"text": plain(text), "value": value}


def order_card(user: str, dish: str) -> list[Json]:
    options = [option(*item) for item in MENU]
    return [
        {"type": "header", "text": plain(f":rotating_light: Order: {dish}")},
        {
            "type": "section",
            "text": mrkdwn(f"*{dish}* for <@{user}> at `kitchen_two` & <!here>"),
            "accessory": {
                "type": "overflow",
                "action_id": "more",
                "options": [option("again", "Order again"), option("history", "History")],
            },
        },
        {"type": "section", "fields": [mrkdwn("*State*\n:hourglass: open"), mrkdwn("*Cost*\n7")]},
        {
            "type": "actions",
            "block_id": "buttons",
            "elements": [
                {
                    "type": "button",
                    "action_id": "take",
                    "text": plain("Take it"),
                    "style": "primary",
                    "value": dish,
                },
                {
                    "type": "button",
                    "action_id": "cancel",
                    "text": plain("Cancel order"),
                    "style": "danger",
                    "confirm": {
                        "title": plain("Cancel the order?"),
                        "text": plain("The kitchen will be told."),
                        "confirm": plain("Yes, cancel"),
                        "deny": plain("Keep it"),
                    },
                },
                {
                    "type": "static_select",
                    "action_id": "dish",
                    "placeholder": plain("Change dish"),
                    "options": options,
                },
            ],
        },
        {"type": "context", "elements": [mrkdwn("Ordered <!date^1795361993^{time}|then>")]},
    ]


def order_form() -> Json:
    return {
        "type": "modal",
        "callback_id": "order_form",
        "title": plain("Order lunch"),
        "submit": plain("Order"),
        "close": plain("Never mind"),
        "blocks": [
            {
                "type": "input",
                "block_id": "dish",
                "label": plain("Dish"),
                "hint": plain("Soup is out today."),
                "element": {"type": "plain_text_input", "action_id": "text"},
            },
            {
                "type": "input",
                "block_id": "friends",
                "label": plain("Who joins"),
                "optional": True,
                "element": {"type": "multi_users_select", "action_id": "people"},
            },
            {
                "type": "input",
                "block_id": "kitchen",
                "label": plain("Kitchen"),
                "optional": True,
                "element": {
                    "type": "external_select",
                    "action_id": "kitchen",
                    "min_query_length": 1,
                    "placeholder": plain("Search kitchens"),
                },
            },
            {
                "type": "input",
                "block_id": "size",
                "label": plain("Size"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": "size",
                    "options": [option("small", "Small"), option("large", "Large")],
                    "initial_option": option("small", "Small"),
                },
            },
        ],
    }


def order_home(user: str) -> Json:
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Your lunches")},
            {"type": "section", "text": mrkdwn(f"Welcome, <@{user}>. Nothing is ordered.")},
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "action_id": "open_form", "text": plain("Order now")}
                ],
            },
        ],
    }


def build(client: WebClient) -> App:
    app = App(client=client, token_verification_enabled=False)
    add_commands(app, client)
    add_buttons(app, client)
    add_form(app, client)
    add_events(app, client)
    return app


def add_commands(app: App, client: WebClient) -> None:
    @app.command("/order")
    def order(ack: Any, body: Json, respond: Any) -> None:
        ack()
        if not body["text"]:
            client.views_open(trigger_id=body["trigger_id"], view=order_form())
        elif body["text"] == "secret":
            respond(text="Only you should read this order.")
        else:
            card = order_card(body["user_id"], body["text"])
            client.chat_postMessage(channel=body["channel_id"], text=body["text"], blocks=card)

    @app.command("/broken")
    def broken() -> None:
        """Say nothing: the user must be told."""


def add_buttons(app: App, client: WebClient) -> None:
    @app.action("take")
    def take(ack: Any, body: Json) -> None:
        ack()
        message, user = body["message"], body["user"]["id"]
        done = {"type": "section", "text": mrkdwn(f":white_check_mark: Taken by <@{user}>")}
        blocks = [message["blocks"][0], done]
        client.chat_update(
            channel=body["channel"]["id"], ts=message["ts"], text="Taken", blocks=blocks
        )

    @app.action("dish")
    def dish(ack: Any, action: Json, respond: Any) -> None:
        ack()
        respond(text=f"Changed to {action['selected_option']['value']}", replace_original=False)

    @app.action("cancel")
    def cancel(ack: Any, respond: Any) -> None:
        ack()
        respond(text="The order is cancelled.", replace_original=False)

    @app.action("open_form")
    def open_form(ack: Any, body: Json) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=order_form())


def add_form(app: App, client: WebClient) -> None:
    @app.options("kitchen")
    def kitchens(ack: Any, payload: Json) -> None:
        found = [k for k in ("north", "south") if k.startswith(payload["value"])]
        ack(options=[option(k, k.title()) for k in found])

    @app.view("order_form")
    def ordered(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        dish = values["dish"]["text"]["value"]
        if dish.lower() == "soup":
            ack(response_action="errors", errors={"dish": "Soup is out today, sorry."})
            return
        ack()
        friends = ", ".join(f"<@{u}>" for u in values["friends"]["people"]["selected_users"])
        kitchen = values["kitchen"]["kitchen"]["selected_option"]
        place = kitchen["value"] if kitchen else "any"
        text = f"{dish} ordered at {place} with {friends or 'nobody'}"
        client.chat_postMessage(channel="general", text=text)


def add_events(app: App, client: WebClient) -> None:
    @app.shortcut("add_to_timeline")
    def add_to_timeline(ack: Any, body: Json) -> None:
        ack()
        client.chat_postEphemeral(
            channel=body["channel"]["id"],
            user=body["user"]["id"],
            text=f"Added: {body['message']['text']}",
        )

    @app.event("app_home_opened")
    def home(event: Json) -> None:
        client.views_publish(user_id=event["user"], view=order_home(event["user"]))

    @app.event("message")
    def message() -> None:
        """Take every message: an unacked one would be sent again."""

    for name in ("reaction_added", "reaction_removed", "pin_added", "member_joined_channel"):
        app.event(name)(message)


@contextmanager
def running() -> Iterator[tuple[SandboxServer, WebClient]]:
    """A sandbox with the app connected; the bot is in #general."""
    with SandboxServer(seed=seed()) as sandbox:
        client = WebClient(token=BOT_TOKEN, base_url=sandbox.api_url)
        with official_client(build(client)) as handler:
            general = sandbox.workspace.channel_named("general")
            if general is None:
                raise LookupError("the seed has no #general")
            client.conversations_join(channel=general.id)
            deadline = time.monotonic() + 5
            while not handler.client.is_connected() and time.monotonic() < deadline:
                time.sleep(0.02)  # noqa: TID251 - waiting for a socket outside any loop
            handler.client.current_app_monitor.start()
            yield sandbox, client
