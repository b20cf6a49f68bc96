"""Bringing events to the apps that subscribed, in order, with the retries Slack makes."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Coroutine
from typing import Any

from fireline.sandbox.attempts import EVENTS, Ack, Courier, Delivery
from fireline.sandbox.clock import parse_duration
from fireline.sandbox.delivery_faults import plan_for
from fireline.sandbox.model import App, Json, Workspace
from fireline.sandbox.sockets import SocketHub

CHANNEL_KINDS = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
REORDER_SECONDS = 1.0


def deliverer_of(workspace: Workspace) -> "Deliverer":
    """Return the workspace's deliverer, made at the first call."""
    found = workspace.parts.get("deliverer")
    if not isinstance(found, Deliverer):
        found = Deliverer(workspace)
        workspace.parts["deliverer"] = found
    return found


def subscription_of(event: Json) -> str:
    """Return the name under which an app subscribes to this event."""
    name = str(event["type"])
    if name != "message":
        return name
    return f"message.{CHANNEL_KINDS.get(str(event.get('channel_type')), 'channels')}"


class Deliverer:
    """Hears every event of the workspace and brings it to the apps it concerns."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.hub = SocketHub(workspace)
        self._courier = Courier(workspace, self.hub)
        self._queues: dict[str, asyncio.Queue[Delivery]] = {}
        self._held: dict[str, list[Delivery]] = defaultdict(list)
        self._tasks: set[asyncio.Task[None]] = set()
        workspace.listeners.append(self.on_event)
        workspace.on_reset.append(self.forget)

    def forget(self) -> None:
        """Drop everything that is under way; connections stay open."""
        for task in list(self._tasks):
            task.cancel()
        self._queues.clear()
        self._held.clear()
        self.hub.reset()

    def on_event(self, event: Json, channel: str | None) -> None:
        """Queue an event for every app that subscribed to it and may see it."""
        name = str(event.get("type", "_"))
        if name == "_fault":
            self._at_once(event["rule"])
        if name.startswith("_") or not _loop_runs():
            return
        for app in list(self.workspace.apps.values()):
            if self._concerns(app, event, channel):
                payload = self._wrap(app, event)
                self._enqueue(Delivery(app, EVENTS, name, payload, app.request_url))

    async def ask(self, delivery: Delivery) -> Ack:
        """Bring a command or an interaction to its app: one try, answered by its ack."""
        plan = plan_for(self.workspace, delivery.name)
        delivery.plan = plan
        if plan.delay:
            await self.workspace.clock.sleep(plan.delay)
        await self._trouble_before(delivery)
        outcome = await self._courier.start(delivery)
        if plan.twice:
            await (await self._courier.start(delivery))
        if plan.drop == "after":
            self.hub.drop(delivery.app.id)
        return await outcome

    def _concerns(self, app: App, event: Json, channel: str | None) -> bool:
        if event.get("_exclude_app") == app.id or event.get("_only_app", app.id) != app.id:
            return False
        where = self.workspace.channels.get(channel) if channel else None
        if where is not None and app.bot_user_id not in where.members:
            return False
        return subscription_of(event) in app.events and not app.revoked

    def _wrap(self, app: App, event: Json) -> Json:
        team = self.workspace.team_id
        return {
            "token": app.verification_token,
            "team_id": team,
            "api_app_id": app.id,
            "event": {key: value for key, value in event.items() if not key.startswith("_")},
            "type": "event_callback",
            "event_id": self.workspace.new_id("Ev"),
            "event_time": int(self.workspace.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team,
                    "user_id": app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_urlsafe(12)}",
        }

    def _enqueue(self, delivery: Delivery) -> None:
        app_id = delivery.app.id
        delivery.plan = plan_for(self.workspace, delivery.name)
        if delivery.plan.reorder:
            self._held[app_id].append(delivery)
            self._spawn(self._release_later(app_id))
        elif delivery.plan.delay:
            self._spawn(self._bring_late(delivery))
        else:
            self._put(delivery)
            self._release(app_id)

    def _put(self, delivery: Delivery) -> None:
        app_id = delivery.app.id
        if app_id not in self._queues:
            self._queues[app_id] = asyncio.Queue()
            self._spawn(self._work(self._queues[app_id]))
        self._queues[app_id].put_nowait(delivery)

    def _release(self, app_id: str) -> None:
        for held in self._held.pop(app_id, []):
            self._put(held)

    async def _release_later(self, app_id: str) -> None:
        await asyncio.sleep(REORDER_SECONDS)
        self._release(app_id)

    async def _bring_late(self, delivery: Delivery) -> None:
        await self.workspace.clock.sleep(delivery.plan.delay)
        await self._bring(delivery)

    async def _work(self, queue: "asyncio.Queue[Delivery]") -> None:
        while True:
            await self._bring(await queue.get())

    async def _bring(self, delivery: Delivery) -> None:
        """Make the first attempt in turn; acks and retries are waited for beside the queue."""
        await self._trouble_before(delivery)
        url = delivery.url
        if not self._courier.uses_socket(delivery.app, url) and not url:
            return
        if not url and not await self._courier.wait_for_socket(delivery.app):
            self.workspace.journal.add("lost", app=delivery.app.id, name=delivery.name)
            return
        first = int(delivery.plan.withhold)
        outcome = await self._courier.start(delivery, first, "timeout" if first else "")
        if delivery.plan.twice:
            self._spawn(self._await_only(await self._courier.start(delivery, first)))
        if delivery.plan.drop == "after":
            self.hub.drop(delivery.app.id)
        self._spawn(self._follow(delivery, outcome, first))

    async def _await_only(self, outcome: Awaitable[Ack]) -> None:
        await outcome

    async def _follow(self, delivery: Delivery, outcome: Awaitable[Ack], number: int) -> None:
        ack = await outcome
        while number < delivery.plan.redeliver and ack.received:
            number += 1
            ack = await (await self._courier.start(delivery, number, "timeout"))
        while not (ack.received or ack.final):
            delays = self._courier.retry_delays(delivery)
            if number >= len(delays):
                self.workspace.journal.add("lost", app=delivery.app.id, name=delivery.name)
                return
            await self.workspace.clock.sleep(delays[number])
            if not delivery.url and not await self._courier.wait_for_socket(delivery.app):
                return
            number += 1
            reason = ack.failure if delivery.url else "timeout"
            ack = await (await self._courier.start(delivery, number, reason))

    async def _trouble_before(self, delivery: Delivery) -> None:
        if delivery.plan.refresh:
            await self.hub.refresh(delivery.app.id)
        if delivery.plan.drop == "before":
            self.hub.drop(delivery.app.id)

    def _at_once(self, rule: Json) -> None:
        """Apply a socket fault that names no event the moment it is injected."""
        if rule.get("name") != "*" or not _loop_runs():
            return
        kind = str(rule["kind"])
        if kind == "refuse_connections" and "for" in rule:
            self.workspace.faults.take(kind=kind, name="*")
            self.hub.refuse_for(parse_duration(rule["for"]))
        elif kind == "drop_socket" and "when" not in rule:
            self.workspace.faults.take(kind=kind, name="*")
            self.hub.drop()
        elif kind == "refresh":
            self.workspace.faults.take(kind=kind, name="*")
            self._spawn(self._refresh())

    async def _refresh(self) -> None:
        await self.hub.refresh()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _loop_runs() -> bool:
    """Tell whether a server runs: before that no app can hear anything."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
