"""Who is who and which channel is which, asked once and remembered."""

from threading import Lock
from typing import Any

from slack_sdk import WebClient

from fireline.adapters.slack.calls import call
from fireline.domain.errors import EffectError, RejectedError
from fireline.usecases.ports import ChannelRef

PAGE = 999
MOST_PAGES = 50
MOST_PEOPLE = 10_000
NO_PERSON = frozenset({"user_not_found", "user_not_visible"})


def is_channel_id(text: str) -> bool:
    """Whether this is an id such as `C0123ABCD`, not a name."""
    return text[:1] in ("C", "D", "G") and text.isalnum() and text.isupper()


class Directory:
    """Channels by name and people by id."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._lock = Lock()
        self._channels: dict[str, str] = {}
        self._people: dict[str, dict[str, Any]] = {}
        self._places: dict[str, str] = {}
        self._identity: dict[str, Any] = {}

    def identity(self) -> dict[str, Any]:
        """Our own bot: `user_id`, `bot_id`, `team_id`."""
        if not self._identity:
            self._identity = call("say who we are", self._client.auth_test)
        return self._identity

    def channel_id(self, channel: str) -> str:
        """The id of a channel given by id, `#name` or `@U...`.

        Raises:
            EffectError: there is no such channel, or Slack did not answer.
        """
        if is_channel_id(channel):
            return channel
        known = self._channels.get(channel)
        if known is not None:
            return known
        if channel.startswith("@"):
            found = self._direct(channel[1:])
        else:
            listed = self.find(channel.removeprefix("#"))
            if listed is None:
                message = f"There is no public channel {channel}. Create it, or change the setting."
                raise RejectedError(message, "channel_not_found")
            found = str(listed["id"])
        with self._lock:
            self._channels[channel] = found
        return found

    def remember(self, channel: ChannelRef) -> None:
        """Keep the id of a channel just made."""
        with self._lock:
            self._channels[f"#{channel.name}"] = channel.id

    def forget(self, channel: str) -> None:
        """Drop a name whose channel turned out to be gone."""
        with self._lock:
            self._channels.pop(channel, None)

    def _direct(self, user: str) -> str:
        answer = call(
            f"open a direct message to {user}", self._client.conversations_open, users=user
        )
        return str(answer["channel"]["id"])

    def find(self, name: str, *, private: bool = False) -> dict[str, Any] | None:
        """A channel by its name, as Slack lists it now, archived ones too.

        Private ones are listed where we are a member.
        """
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = call(
                f"look for channel #{name}",
                self._client.conversations_list,
                types="private_channel" if private else "public_channel",
                limit=PAGE,
                cursor=cursor,
            )
            for channel in answer.get("channels", []):
                if channel.get("name") == name:
                    return dict(channel)
            cursor = answer.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return None
        return None

    def name(self, user: str) -> str:
        """How the person is called in Slack.

        Raises:
            EffectError: Slack did not say.
        """
        profile = self._person(user).get("profile", {})
        person = self._person(user)
        shown = profile.get("display_name") or profile.get("real_name") or person.get("name")
        return str(shown or user)

    def name_or_id(self, user: str) -> str:
        """The name, or the id when Slack does not say: a name is never worth losing a note."""
        try:
            return self.name(user)
        except EffectError:
            return user

    def place_or_id(self, place: str) -> str:
        """The name of a channel or group; the id when Slack does not say."""
        known = self._places.get(place)
        if known is not None:
            return known
        try:
            found = self._group(place) if place.startswith("S") else self._channel(place)
        except EffectError:
            return place
        with self._lock:
            if len(self._places) >= MOST_PEOPLE:
                self._places.clear()
            self._places[place] = found
        return found

    def _channel(self, channel: str) -> str:
        answer = call(f"name channel {channel}", self._client.conversations_info, channel=channel)
        return str(answer["channel"].get("name") or channel)

    def _group(self, group: str) -> str:
        answer = call("name the user groups", self._client.usergroups_list, include_disabled=True)
        names = {str(g["id"]): str(g.get("handle") or g["id"]) for g in answer["usergroups"]}
        return names.get(group, group)

    def is_member(self, user: str) -> bool:
        """Whether this is a person who works here now, as Slack has it at this moment.

        Raises:
            EffectError: Slack did not say.
        """
        try:
            person = self._ask(user)
        except RejectedError as error:
            if error.code in NO_PERSON:
                return False
            raise
        return not (person.get("deleted") or person.get("is_bot"))

    def is_guest(self, user: str) -> bool:
        """Whether the person is a single- or multi-channel guest."""
        person = self._person(user)
        return bool(person.get("is_restricted") or person.get("is_ultra_restricted"))

    def timezone(self, user: str) -> str:
        """The person's IANA zone."""
        return str(self._person(user).get("tz") or "UTC")

    def _person(self, user: str) -> dict[str, Any]:
        known = self._people.get(user)
        return self._ask(user) if known is None else known

    def _ask(self, user: str) -> dict[str, Any]:
        answer = call(f"look up the person {user}", self._client.users_info, user=user)
        found = dict(answer["user"])
        with self._lock:
            if len(self._people) >= MOST_PEOPLE:
                self._people.clear()
            self._people[user] = found
        return found
