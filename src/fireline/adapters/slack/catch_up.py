"""After a long silence: what was said meanwhile in the channels of open incidents."""

from datetime import timedelta

from slack_sdk import WebClient

from fireline.adapters.slack.calls import call
from fireline.adapters.slack.chat import SlackChat
from fireline.usecases.capture_timeline import record_message
from fireline.usecases.ports import Services

MARGIN_SECONDS = 60
PAGE = 200
MOST_PAGES = 5


def catch_up(s: Services, client: WebClient, chat: SlackChat, gap: float) -> int:
    """Record messages of the gap that never came as events; gives how many were looked at.

    Only open incidents' channels are read; a message that is known already changes nothing.
    """
    since = s.clock.now() - timedelta(seconds=gap + MARGIN_SECONDS)
    with s.store() as uow:
        channels = [i.channel_id for i in uow.incidents.open() if i.channel_id]
    own = chat.directory.identity()
    seen = 0
    for channel in channels:
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = call(
                "read what was missed",
                client.conversations_history,
                channel=channel,
                oldest=f"{since.timestamp():.6f}",
                limit=PAGE,
                cursor=cursor,
            )
            for message in answer.get("messages", []):
                if message.get("bot_id") != own.get("bot_id"):
                    record_message(s, chat.raw_message(channel, message))
                    seen += 1
            cursor = answer.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                break
    return seen
