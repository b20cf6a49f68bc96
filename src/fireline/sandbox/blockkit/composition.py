"""The composition objects: texts, options, confirmation dialogs, files, rich text."""

from fireline.sandbox.blockkit.rules import (
    ANY_URL,
    Array,
    Bool,
    Number,
    Object,
    Rule,
    Str,
    Typed,
    typed,
)


def plain(most: int = 3000) -> Typed:
    """Return the rule of a plain_text object of at most so many characters."""
    rule = typed("text", text=Str(most), emoji=Bool())
    return Typed({"plain_text": rule, "mrkdwn": rule}, ("plain_text",))


def text(most: int = 3000) -> Typed:
    """Return the rule of a plain_text or mrkdwn object of at most so many characters."""
    return Typed(
        {
            "plain_text": typed("text", text=Str(most), emoji=Bool()),
            "mrkdwn": typed("text", text=Str(most), verbatim=Bool()),
        }
    )


CONFIRM = Object(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": Str(choices=("primary", "danger")),
    },
    ("title", "text", "confirm", "deny"),
)


def option(label: Rule, description: Rule, *, url: bool = False) -> Object:
    """Return the rule of one option of a menu."""
    fields: dict[str, Rule] = {"text": label, "value": Str(150), "description": description}
    if url:
        fields["url"] = Str(3000, pattern=ANY_URL)
    return Object(fields, ("text", "value"))


MENU_OPTION = option(plain(75), plain(75))
OVERFLOW_OPTION = option(plain(75), plain(75), url=True)
CHOICE_OPTION = option(text(75), text(75))
OPTION_GROUP = Object(
    {"label": plain(75), "options": Array(MENU_OPTION, 1, 100)}, ("label", "options")
)
SLACK_FILE = Object({"id": Str(), "url": Str(3000, pattern=ANY_URL)}, one_of=("id", "url"))
DISPATCH = Object(
    {
        "trigger_actions_on": Array(
            Str(choices=("on_enter_pressed", "on_character_entered")), least=1, most=2
        )
    }
)
FILTER = Object(
    {
        "include": Array(Str(choices=("im", "mpim", "private", "public")), least=1),
        "exclude_external_shared_channels": Bool(),
        "exclude_bot_users": Bool(),
    },
    any_of=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)

STYLE = Object(
    {
        name: Bool()
        for name in (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        )
    }
)
RICH_LEAF = Typed(
    {
        "text": typed("text", text=Str(), style=STYLE),
        "link": typed("url", url=Str(), text=Str(), unsafe=Bool(), style=STYLE),
        "emoji": typed("name", name=Str(), unicode=Str(), skin_tone=Number(1, 6), style=STYLE),
        "user": typed("user_id", user_id=Str(), style=STYLE),
        "channel": typed("channel_id", channel_id=Str(), style=STYLE),
        "usergroup": typed("usergroup_id", usergroup_id=Str(), style=STYLE),
        "team": typed("team_id", team_id=Str(), style=STYLE),
        "broadcast": typed("range", range=Str(choices=("here", "channel", "everyone"))),
        "color": typed("value", value=Str()),
        "date": typed(
            "timestamp format",
            timestamp=Number(),
            format=Str(),
            url=Str(),
            fallback=Str(),
            style=STYLE,
        ),
    }
)
LEAVES = Array(RICH_LEAF)
RICH_SECTION = typed("elements", elements=LEAVES)
BORDER = Number(0, 1)
RICH_PARTS = Typed(
    {
        "rich_text_section": RICH_SECTION,
        "rich_text_preformatted": typed(
            "elements", elements=LEAVES, border=BORDER, language=Str(100)
        ),
        "rich_text_quote": typed("elements", elements=LEAVES, border=BORDER),
        "rich_text_list": typed(
            "elements style",
            elements=Array(Typed({"rich_text_section": RICH_SECTION})),
            style=Str(choices=("bullet", "ordered")),
            indent=Number(0, 8),
            offset=Number(0),
            border=BORDER,
        ),
    }
)
RICH_TEXT = typed("elements", elements=Array(RICH_PARTS), block_id=Str(255))
RICH_TEXT_ONLY = Typed({"rich_text": RICH_TEXT})
