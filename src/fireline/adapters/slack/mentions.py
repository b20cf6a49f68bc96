"""What people say to the bot in messages: commands without their slash, and plain questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.question import needs_form, question_answer
from fireline.adapters.slack.commands import NOUNS, run
from fireline.adapters.slack.desk import Asked, Desk, Modal, attempt, drawn, finished, log, tell
from fireline.adapters.slack.grammar import PERSON
from fireline.usecases.answer_question import answer

LONGEST = 2000
WHO_WHAT = ("what", "which", "who", "when", "where", "why", "how")
QUESTION_WORDS = (*WHO_WHAT, "is", "are", "can", "may", "do", "does", "should")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Answers messages that mention the bot or are sent to it alone.

    A command is carried out before Slack is told that we have the message, so that a restart
    finds it again. Its answer is for the person alone; that of a question is for the channel.
    """

    client: WebClient
    names: Mapping[str, str]

    def taken(self, event: Mapping[str, Any]) -> Callable[[Desk], None] | None:
        """What is to be done about an event, or None when it is not said to us."""
        alone = event.get("type") == "message" and event.get("channel_type") == "im"
        if event.get("type") != "app_mention" and not alone:
            return None
        if event.get("bot_id") or event.get("subtype") or not event.get("user"):
            return None
        return lambda desk: self._answer(desk, event, alone=alone)

    def _answer(self, desk: Desk, event: Mapping[str, Any], *, alone: bool) -> None:
        user, where = str(event["user"]), str(event["channel"])
        asked = Asked(desk.actor(user), where)
        line = _said(str(event.get("text") or ""))
        noun, rest = self._command(line)
        if noun is not None:
            shown = self._run(desk, asked, noun, rest)
        elif line:
            asks = desk.readable(line)
            shown = attempt(lambda: question_answer(answer(desk.s, asks, where)))
        else:
            shown = answers.told(answers.HOW_TO_ASK)
        self._tell(asked, event, shown, private=noun is not None and not alone)

    def _command(self, line: str) -> tuple[str | None, str]:
        """The noun of a command and what follows it; none for a plain question."""
        first, _, rest = line.partition(" ")
        word = first.lower()
        bare = next((n for n, name in self.names.items() if word in (n, name, name[1:])), None)
        if bare is not None and not rest.strip().endswith("?"):
            return bare, rest.strip()
        if word in QUESTION_WORDS or line.endswith("?"):
            return None, line
        return ("incident", line) if word in NOUNS["incident"].verbs else (None, line)

    def _run(self, desk: Desk, asked: Asked, noun: str, line: str) -> Rendered:
        command = self.names[noun]
        reply = finished(attempt(lambda: run(desk, asked, NOUNS[noun], command, line)))
        if reply is None:
            return answers.told("Done.")
        if isinstance(reply, Modal):
            return needs_form(command, line, reply.because)
        return drawn(reply)

    def _tell(
        self, asked: Asked, event: Mapping[str, Any], shown: Rendered, *, private: bool
    ) -> None:
        """Say it; when Slack refuses, what was done stays done."""
        told: dict[str, Any] = {"text": shown.text, "blocks": shown.blocks}
        begun = None if event.get("channel_type") == "im" else event["ts"]
        try:
            if private:
                tell(self.client, asked, shown)
            else:
                thread = event.get("thread_ts") or begun
                self.client.chat_postMessage(channel=asked.channel, thread_ts=thread, **told)
        except SlackApiError as error:
            refused = str(error.response.get("error"))
            log.warning("answer_refused", channel=asked.channel, error=refused)


def _said(text: str) -> str:
    """The message without the mention that begins it."""
    cut = text.strip()[:LONGEST]
    first, _, rest = cut.partition(" ")
    return rest.strip() if PERSON.match(first.rstrip(",:")) else cut
