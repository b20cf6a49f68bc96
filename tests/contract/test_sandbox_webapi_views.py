"""views.* against the sandbox: triggers, stacks, hashes, limits."""

from typing import Any

import pytest

from tests.sandbox_fixture import Sandbox


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def modal(title: str = "Declare", **extra: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "what"}
    block = {"type": "input", "block_id": "b1", "label": plain("What"), "element": element}
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain("Go"),
        "blocks": [block],
        **extra,
    }


def home(text: str = "My incidents") -> dict[str, Any]:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return {"type": "home", "blocks": [block]}


@pytest.fixture
def ana(sandbox: Sandbox) -> str:
    return sandbox.user("ana")


def trigger(sandbox: Sandbox, user: str) -> str:
    return sandbox.workspace.issue_trigger(user, next(iter(sandbox.workspace.apps)))


def test_modal_opens_with_a_fresh_trigger_and_updates(sandbox: Sandbox, ana: str) -> None:
    client = sandbox.client()
    opened = client.views_open(trigger_id=trigger(sandbox, ana), view=modal())["view"]

    updated = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal("Later"))

    assert updated["view"]["title"]["text"] == "Later"
    assert updated["view"]["hash"] != opened["hash"]
    assert [v.id for v in sandbox.workspace.open_modals(ana)] == [opened["id"]]


def test_trigger_dies_of_age_of_use_and_of_being_made_up(sandbox: Sandbox, ana: str) -> None:
    used, old = trigger(sandbox, ana), trigger(sandbox, ana)

    assert sandbox.call("views.open", trigger_id=used, view=modal())["ok"]
    assert sandbox.error("views.open", trigger_id=used, view=modal()) == "exchanged_trigger_id"
    sandbox.advance("4s")
    assert sandbox.error("views.open", trigger_id=old, view=modal()) == "expired_trigger_id"
    assert sandbox.error("views.open", trigger_id="1.2.x", view=modal()) == "invalid_trigger_id"
    assert sandbox.error("views.open", view=modal()) == "invalid_arguments"


def test_interactivity_pointer_serves_as_trigger(sandbox: Sandbox, ana: str) -> None:
    pointer = trigger(sandbox, ana)

    assert sandbox.call("views.open", interactivity_pointer=pointer, view=modal())["ok"]


def test_stack_holds_three_views(sandbox: Sandbox, ana: str) -> None:
    assert sandbox.error("views.push", trigger_id=trigger(sandbox, ana), view=modal()) == (
        "not_found"
    )
    first = sandbox.call("views.open", trigger_id=trigger(sandbox, ana), view=modal())["view"]
    second = sandbox.call("views.push", trigger_id=trigger(sandbox, ana), view=modal())["view"]
    third = sandbox.call("views.push", trigger_id=trigger(sandbox, ana), view=modal())["view"]

    assert third["previous_view_id"] == second["id"]
    assert third["root_view_id"] == first["id"]
    assert sandbox.error("views.push", trigger_id=trigger(sandbox, ana), view=modal()) == (
        "push_limit_reached"
    )


def test_stale_hash_conflicts_and_unknown_views_are_not_found(sandbox: Sandbox, ana: str) -> None:
    view = sandbox.call("views.open", trigger_id=trigger(sandbox, ana), view=modal())["view"]

    assert sandbox.error("views.update", view_id=view["id"], hash="1.old", view=modal()) == (
        "hash_conflict"
    )
    assert sandbox.error("views.update", view_id="V404", view=modal()) == "not_found"
    assert sandbox.error("views.update", view=modal()) == "invalid_arguments"


def test_external_ids_are_unique_and_find_their_view(sandbox: Sandbox, ana: str) -> None:
    view = modal(external_id="inc-1")
    sandbox.call("views.open", trigger_id=trigger(sandbox, ana), view=view)

    assert sandbox.error(
        "views.open", trigger_id=trigger(sandbox, sandbox.user("bo")), view=view
    ) == ("duplicate_external_id")
    assert sandbox.call("views.update", external_id="inc-1", view=modal(external_id="inc-1"))["ok"]


def test_what_was_typed_survives_an_update_that_keeps_the_input(sandbox: Sandbox, ana: str) -> None:
    opened = sandbox.call("views.open", trigger_id=trigger(sandbox, ana), view=modal())["view"]
    typed = {"b1": {"what": {"type": "plain_text_input", "value": "kafka is late"}}}
    sandbox.workspace.views[opened["id"]].state = typed

    kept = sandbox.call("views.update", view_id=opened["id"], view=modal("Same"))["view"]
    other = modal("Other")
    other["blocks"][0]["block_id"] = "b2"
    lost = sandbox.call("views.update", view_id=opened["id"], view=other)["view"]

    assert kept["state"]["values"] == typed
    assert lost["state"]["values"] == {}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"title": plain("x" * 24)}, {"title": plain("x" * 25)}),
        ({"submit": plain("x" * 24)}, {"submit": plain("x" * 25)}),
        ({"private_metadata": "x" * 3000}, {"private_metadata": "x" * 3001}),
        ({"callback_id": "x" * 255}, {"callback_id": "x" * 256}),
        ({"external_id": "x" * 255}, {"external_id": "x" * 256}),
        (
            {"blocks": [{"type": "divider"}] * 100},
            {"blocks": [{"type": "divider"}] * 101},
        ),
    ],
    ids=["title", "submit", "private_metadata", "callback_id", "external_id", "blocks"],
)
def test_limits_of_views_hold_at_the_boundary(
    sandbox: Sandbox, ana: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    def answer(extra: dict[str, Any]) -> dict[str, Any]:
        return sandbox.call(
            "views.open", trigger_id=trigger(sandbox, ana), view={**modal(), **extra}
        )

    assert answer(good)["ok"]
    assert answer(bad)["error"] == "invalid_arguments"
    assert "json-pointer:/view" in answer(bad)["response_metadata"]["messages"][0]


def test_inputs_need_a_submit_button_and_a_modal_its_title(sandbox: Sandbox, ana: str) -> None:
    for missing in ("submit", "title"):
        view = modal()
        del view[missing]
        assert sandbox.error("views.open", trigger_id=trigger(sandbox, ana), view=view) == (
            "invalid_arguments"
        )


def test_huge_view_is_too_large(sandbox: Sandbox, ana: str) -> None:
    blocks = [{"type": "section", "text": plain("x" * 2900)}] * 90

    assert sandbox.error(
        "views.open", trigger_id=trigger(sandbox, ana), view=modal(blocks=blocks)
    ) == ("view_too_large")


def test_home_is_published_per_user_and_guarded_by_its_hash(sandbox: Sandbox, ana: str) -> None:
    first = sandbox.client().views_publish(user_id=ana, view=home())["view"]
    second = sandbox.call("views.publish", user_id=ana, view=home("Two"), hash=first["hash"])

    assert second["view"]["id"] == first["id"]
    assert sandbox.error("views.publish", user_id=ana, view=home(), hash=first["hash"]) == (
        "hash_conflict"
    )
    assert sandbox.error("views.publish", user_id="U404", view=home()) == "invalid_arguments"
    assert sandbox.error("views.publish", user_id=ana, view=modal()) == "invalid_arguments"
    titled = {**home(), "title": plain("No")}
    assert sandbox.error("views.publish", user_id=ana, view=titled) == "invalid_arguments"


def test_home_needs_the_home_tab(sandbox: Sandbox, ana: str) -> None:
    next(iter(sandbox.workspace.apps.values())).home_enabled = False

    assert sandbox.error("views.publish", user_id=ana, view=home()) == "not_enabled"
