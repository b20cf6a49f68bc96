"""Finding the element a user touches in what is stored: a message or a view."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from fireline.sandbox.act_request import ActRequest, RefusalError, app_of
from fireline.sandbox.act_values import initial_value, keeps_state
from fireline.sandbox.entities import App, Channel, Json, Message, User, View
from fireline.sandbox.model import Workspace

StateKey = tuple[str, str]


class Remembered:
    """What users chose in messages, and the options apps offered for external menus."""

    def __init__(self) -> None:
        self.chosen: dict[StateKey, dict[str, Json]] = {}
        self.offered: dict[tuple[StateKey, str, str], list[Json]] = {}

    def clear(self) -> None:
        """Forget all of it."""
        self.chosen.clear()
        self.offered.clear()


def remembered(workspace: Workspace) -> Remembered:
    """Return the workspace's memory of choices, made at the first call."""
    if "remembered" not in workspace.parts:
        memory = Remembered()
        workspace.parts["remembered"] = memory
        workspace.on_reset.append(memory.clear)
    return cast(Remembered, workspace.parts["remembered"])


@dataclass(frozen=True)
class Place:
    """A message or a view in front of a user, with the app it belongs to."""

    user: User
    app: App
    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None

    @property
    def key(self) -> StateKey:
        """What the user's choices here are remembered under."""
        if self.view is not None:
            return self.user.id, self.view.id
        message = cast(Message, self.message)
        return self.user.id, f"{message.channel}/{message.ts}"

    @property
    def blocks(self) -> list[Json]:
        """The stored blocks, those of attachments included."""
        if self.view is not None:
            return list(self.view.payload.get("blocks") or [])
        message = cast(Message, self.message)
        attached = [block for one in message.attachments for block in one.get("blocks") or []]
        return [*message.blocks, *attached]

    def state(self, workspace: Workspace) -> dict[str, Json]:
        """Return `state.values`: what each element of this place holds now."""
        if self.view is not None:
            chosen = self.view.state
        else:
            chosen = remembered(workspace).chosen.get(self.key, {})
        values: dict[str, Json] = {}
        for block, element in elements_of(self.blocks):
            if keeps_state(element):
                name, action = str(block.get("block_id")), str(element.get("action_id"))
                held = chosen.get(name, {}).get(action)
                values.setdefault(name, {})[action] = held or initial_value(element)
        return values

    def keep(self, workspace: Workspace, block: Json, element: Json, entry: Json) -> None:
        """Remember what the user put into an element."""
        if self.view is not None:
            chosen = self.view.state
        else:
            chosen = remembered(workspace).chosen.setdefault(self.key, {})
        chosen.setdefault(str(block["block_id"]), {})[str(element["action_id"])] = entry


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every interactive element with its block."""
    for block in blocks:
        nested = block.get("child_blocks") or []
        if block.get("type") == "carousel":
            nested = block.get("elements") or []
        yield from elements_of(nested)
        several = [*(block.get("elements") or []), *(block.get("actions") or [])]
        for element in [*several, block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def place_of(asked: ActRequest) -> Place:
    """Return the message or view the request names, if the user has it in front of them."""
    user = asked.user()
    if asked.body.get("view_id"):
        view = asked.view(user)
        return Place(user, app_of(asked.workspace, view.app_id), view=view)
    channel = asked.channel(user)
    message = asked.message(user, channel)
    if message.ephemeral_to is None and channel.is_archived:
        raise RefusalError("is_archived", f"#{channel.name} is archived")
    app = app_of(asked.workspace, message.app_id)
    return Place(user, app, channel=channel, message=message)


def element_at(asked: ActRequest, place: Place) -> tuple[Json, Json]:
    """Return the block and element the request names; block_id may be left out if unambiguous."""
    action, wanted = asked.text("action_id"), asked.body.get("block_id")
    found = [
        (block, element)
        for block, element in elements_of(place.blocks)
        if element.get("action_id") == action and wanted in (None, "", block.get("block_id"))
    ]
    if not found:
        where = f" in block {wanted!r}" if wanted else ""
        raise RefusalError("element_not_found", f"nothing with action_id {action!r}{where} here")
    if len(found) > 1:
        raise RefusalError("element_ambiguous", f"several {action!r}: give block_id")
    return found[0]
