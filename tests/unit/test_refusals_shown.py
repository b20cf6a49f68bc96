"""How a refusal reads in Slack: people are named, each reason stands on its own line."""

from fireline.adapters.slack.blocks import answers, forms


def test_the_commander_in_a_refusal_is_shown_by_name_and_foreign_marks_stay_words() -> None:
    said = answers.told("only the commander (<@U024BE7LH>) does this, not <!here> or <#C1|x>")
    shown = said.blocks[0]["text"]["text"]
    assert "(<@U024BE7LH>)" in shown
    assert "<!here>" not in shown


def test_a_mistyped_verb_shows_people_by_name_and_never_as_ids_in_code() -> None:
    shown = answers.unknown_verb("/incident", "rol operations <@U024BE7LH>", "rol", "role")
    text = shown.blocks[0]["text"]["text"]
    assert text.endswith("`/incident role operations @…` with <@U024BE7LH>?")
    button = shown.blocks[1]["elements"][0]
    assert button["value"] == "/incident role operations <@U024BE7LH>"


def test_reasons_above_a_form_stand_on_lines_of_their_own() -> None:
    view = forms.refused({"blocks": [{"type": "input"}]}, "INC-1 cannot:\n• one\n• two <@U1>")
    text = view["blocks"][0]["text"]["text"]
    assert text == ":warning: INC-1 cannot:\n• one\n• two <@U1>"
