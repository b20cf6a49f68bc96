"""What Slack makes of text that a user typed."""

import re

from fireline.sandbox.model import Workspace

_READY = re.compile(r"<(?:[@#!][^<>\n]+|[a-z][a-z0-9+.-]*:[^<>\s]+)>")
_PIECES = re.compile(
    r"(?P<url>https?://[^\s<>]+)|(?<![\w@])@(?P<name>[\w.-]*\w)|(?<![\w&#])#(?P<channel>[\w-]+)"
)


def as_typed(workspace: Workspace, text: str) -> str:
    """Return the text as apps get it: mentions and links marked up, `&<>` escaped."""
    parts = []
    position = 0
    for ready in _READY.finditer(text):
        parts += [_marked(workspace, text[position : ready.start()]), ready.group()]
        position = ready.end()
    return "".join([*parts, _marked(workspace, text[position:])])


def _marked(workspace: Workspace, text: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found["url"]:
            return f"<{found['url']}>"
        if found["name"]:
            return _mention(workspace, found["name"]) or found.group()
        channel = workspace.channel_named(found["channel"])
        return f"<#{channel.id}|{channel.name}>" if channel else found.group()

    escaped = re.sub(r"&(?!amp;|lt;|gt;)", "&amp;", text)
    escaped = escaped.replace("<", "&lt;").replace(">", "&gt;")
    return _PIECES.sub(replace, escaped)


def _mention(workspace: Workspace, name: str) -> str | None:
    if name in {"here", "channel", "everyone"}:
        return f"<!{name}>"
    group = next((g for g in workspace.usergroups.values() if g.handle == name), None)
    if group is not None:
        return f"<!subteam^{group.id}>"
    user = workspace.user_named(name)
    return f"<@{user.id}>" if user else None
