"""The sandbox's web page in a real browser, with a real Bolt app behind it."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLateError
from slack_sdk import WebClient

from tests.e2e.browser import context_of, open_page, phone_context
from tests.e2e.page_app import running

pytestmark = pytest.mark.real

COUNTER = itertools.count(1)
expect.set_options(timeout=5_000)


@dataclass
class Stage:
    """The page as one user sees it, and what is needed to stir it from outside."""

    page: Page
    url: str
    client: WebClient
    users: dict[str, str]
    channels: dict[str, str]
    errors: list[str]

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("combobox", name="Message #general")

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("log", name="Messages in general").get_by_role("article")

    def say(self, text: str) -> Locator:
        self.composer.fill(text)
        self.composer.press("Enter")
        return self.messages.filter(has_text=text)

    def pick(self, message: Locator, button: Locator) -> None:
        """Use a button that shows while the pointer is over the message; new ones may move it."""
        for _ in range(10):
            message.hover()
            try:
                button.click(timeout=500)
            except TooLateError:
                continue
            return
        button.click()

    def become(self, name: str) -> None:
        self.page.get_by_role("button", name="Acting as").click()
        self.page.get_by_role("menuitemradio", name=re.compile(name)).click()
        expect(self.page.get_by_role("button", name=f"Acting as {name}")).to_be_visible()


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[str, WebClient, dict[str, str], dict[str, str]]]:
    with running() as (sandbox, client):
        space = sandbox.workspace
        users = {u.name: u.id for u in space.users.values()}
        channels = {c.name: c.id for c in space.channels.values()}
        yield sandbox.url, client, users, channels


def staged(
    context: BrowserContext,
    world: tuple[str, WebClient, dict[str, str], dict[str, str]],
    user: str = "ana",
) -> Stage:
    url, client, users, channels = world
    place = f"#/{channels['general']}?user={users[user]}"
    page = open_page(context, url, place)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    return Stage(page, url, client, users, channels, errors)


@pytest.fixture(scope="module")
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    context = context_of(browser)
    yield context
    context.close()


@pytest.fixture
def stage(
    desktop: BrowserContext, world: tuple[str, WebClient, dict[str, str], dict[str, str]]
) -> Iterator[Stage]:
    made = staged(desktop, world)
    yield made
    made.page.close()
    assert made.errors == []


def fresh(word: str) -> str:
    return f"{word}{next(COUNTER)}"


def test_message_is_sent_with_enter_and_shown_with_its_markup(stage: Stage) -> None:
    word = fresh("soup")
    stage.say(f"*{word}* is <late> & 2*3*4 :rotating_light: @bo")
    said = stage.messages.filter(has_text=word)
    expect(said).to_have_count(1)
    expect(said.locator("strong", has_text=word)).to_be_visible()
    expect(said).to_contain_text("is <late> & 2*3*4 🚨 @Bo")


def test_command_is_completed_with_its_hint_and_answers_with_blocks(stage: Stage) -> None:
    dish = fresh("curry")
    stage.composer.press_sequentially("/ord")
    offers = stage.page.get_by_role("listbox", name="Commands")
    expect(offers.get_by_role("option")).to_have_count(2)
    expect(offers).to_contain_text("[dish]")
    stage.composer.press("Enter")
    stage.composer.press_sequentially(dish)
    stage.composer.press("Enter")
    card = stage.messages.filter(has_text=f"Order: {dish}")
    expect(card.get_by_role("heading", name=f"🚨 Order: {dish}")).to_be_visible()
    expect(card).to_contain_text("Ordered 15:39")


def test_button_works_and_its_message_is_updated_in_place(stage: Stage) -> None:
    dish = fresh("pasta")
    stage.composer.fill(f"/order {dish}")
    stage.composer.press("Enter")
    card = stage.messages.filter(has_text=f"Order: {dish}")
    card.get_by_role("button", name="Take it").click()
    expect(card).to_contain_text("Taken by @Ana")
    expect(card).to_contain_text("(edited)")
    expect(card.get_by_role("button", name="Take it")).to_have_count(0)


def test_dangerous_button_asks_first_and_menu_tells_the_app_the_choice(stage: Stage) -> None:
    dish = fresh("pizza")
    stage.composer.fill(f"/order {dish}")
    stage.composer.press("Enter")
    card = stage.messages.filter(has_text=f"Order: {dish}")
    card.get_by_role("button", name="Cancel order").click()
    asked = stage.page.get_by_role("alertdialog", name="Cancel the order?")
    asked.get_by_role("button", name="Keep it").click()
    expect(asked).to_have_count(0)
    card.get_by_role("combobox", name="Change dish").click()
    stage.page.get_by_role("option", name="Salad").click()
    expect(stage.messages.filter(has_text="Changed to salad").last).to_be_visible()
    expect(stage.messages.filter(has_text="The order is cancelled.")).to_have_count(0)


def test_form_shows_the_apps_error_at_the_field_then_is_accepted(stage: Stage) -> None:
    page, dish = stage.page, fresh("stew")
    stage.composer.fill("/order")
    stage.composer.press("Enter")
    form = page.get_by_role("dialog", name="Order lunch")
    form.get_by_role("button", name="Order", exact=True).click()
    expect(form.get_by_role("alert")).to_have_text("Please complete this required field.")
    form.get_by_role("textbox", name="Dish").fill("soup")
    form.get_by_role("combobox", name="Who joins").click()
    page.get_by_role("option", name="Bo").click()
    page.get_by_role("option", name="Chen").click()
    page.keyboard.press("Escape")
    form.get_by_role("combobox", name="Kitchen").click()
    page.get_by_role("textbox", name="Search Kitchen").fill("no")
    page.get_by_role("option", name="North").click()
    form.get_by_role("button", name="Order", exact=True).click()
    expect(form.get_by_role("alert")).to_have_text("Soup is out today, sorry.")
    form.get_by_role("textbox", name="Dish").fill(dish)
    form.get_by_role("button", name="Order", exact=True).click()
    expect(form).to_have_count(0)
    expect(
        stage.messages.filter(has_text=f"{dish} ordered at north with @Bo, @Chen")
    ).to_be_visible()


def test_reply_stands_in_the_thread_and_is_counted_in_the_channel(stage: Stage) -> None:
    said = stage.say(fresh("thread"))
    stage.pick(said, said.get_by_role("button", name="Reply in thread"))
    thread = stage.page.get_by_role("complementary", name="Thread")
    thread.get_by_role("combobox", name="Reply…").fill("a first answer")
    thread.get_by_role("combobox", name="Reply…").press("Enter")
    expect(thread.get_by_role("article").filter(has_text="a first answer")).to_be_visible()
    expect(said.get_by_role("button", name="1 reply")).to_be_visible()
    stage.page.keyboard.press("Escape")
    expect(thread).to_have_count(0)


def test_reaction_is_added_counted_and_taken_back(stage: Stage) -> None:
    said = stage.say(fresh("react"))
    stage.pick(said, said.get_by_role("button", name="React with eyes"))
    mine = said.get_by_role("button", name="eyes: 1, by Ana", exact=True)
    expect(mine).to_have_attribute("aria-pressed", "true")
    mine.click()
    expect(mine).to_have_count(0)
    stage.pick(said, said.get_by_role("toolbar").get_by_role("button", name="Add reaction"))
    stage.page.get_by_role("textbox", name="Search emoji").fill("fire_eng")
    stage.page.get_by_role("button", name="fire_engine").click()
    expect(said.get_by_role("button", name="fire_engine: 1, by Ana")).to_contain_text("🚒")


def test_message_shortcut_reaches_the_app_and_pin_is_counted(stage: Stage) -> None:
    word = fresh("note")
    said = stage.say(word)
    for label in ("Add to timeline", "Pin to channel"):
        stage.pick(said.first, said.first.get_by_role("button", name="More actions"))
        stage.page.get_by_role("menuitem", name=label).click()
    expect(stage.messages.filter(has_text=f"Added: {word}")).to_contain_text("Only visible to you")
    stage.page.get_by_role("button", name="1 pinned").click()
    expect(stage.page.get_by_role("dialog", name="Pinned messages")).to_contain_text(word)


def test_private_answer_is_seen_by_its_user_alone_and_can_be_dismissed(stage: Stage) -> None:
    stage.composer.fill("/order secret")
    stage.composer.press("Enter")
    private = stage.messages.filter(has_text="Only you should read this order.")
    expect(private).to_contain_text("Only visible to you")
    stage.become("Bo")
    expect(stage.composer).to_be_visible()
    expect(private).to_have_count(0)
    stage.become("Ana")
    private.get_by_role("button", name="Dismiss message").click()
    expect(private).to_have_count(0)


def test_silent_app_is_told_to_the_user(stage: Stage) -> None:
    stage.composer.fill("/broken")
    stage.composer.press("Enter")
    advanced = stage.page.request.post(f"{stage.url}/_clock", data={"advance": "3s"})
    assert advanced.ok
    expect(stage.page.get_by_role("status").filter(has_text="/broken failed")).to_be_visible()
    stage.composer.fill("/nothing at all")
    stage.composer.press("Enter")
    expect(stage.page.get_by_role("status")).to_contain_text("not a command of any installed app")


def test_home_tab_is_published_when_opened_and_its_button_works(stage: Stage) -> None:
    stage.page.get_by_role("button", name="Fireline, app home").click()
    home = stage.page.get_by_role("tabpanel", name="Home")
    expect(home).to_contain_text("Welcome, @Ana. Nothing is ordered.")
    home.get_by_role("button", name="Order now").click()
    form = stage.page.get_by_role("dialog", name="Order lunch")
    form.get_by_role("button", name="Never mind").click()
    expect(form).to_have_count(0)


def test_other_channels_show_unread_live_and_forget_it_when_read(stage: Stage) -> None:
    row = stage.page.get_by_role("button", name=re.compile("^incidents, channel"))
    incidents = stage.channels["incidents"]
    text = f"<@{stage.users['ana']}> {fresh('look')}"
    stage.client.chat_postMessage(channel=incidents, text=text)
    expect(row).to_have_accessible_name(re.compile("unread"))
    stage.page.keyboard.press("Control+k")
    stage.page.get_by_role("combobox", name="Where to?").fill("inci")
    stage.page.keyboard.press("Enter")
    expect(stage.page.get_by_role("main", name="incidents")).to_be_visible()
    expect(row).to_have_accessible_name("incidents, channel")


def test_message_of_another_browser_arrives_without_reload(
    stage: Stage,
    browser: Browser,
    world: tuple[str, WebClient, dict[str, str], dict[str, str]],
) -> None:
    context = context_of(browser)
    word = fresh("live")
    staged(context, world, "bo").say(word)
    expect(stage.messages.filter(has_text=word)).to_be_visible()
    context.close()


def test_phone_shows_the_channel_and_opens_the_sidebar_as_a_drawer(
    browser: Browser, world: tuple[str, WebClient, dict[str, str], dict[str, str]]
) -> None:
    context = phone_context(browser)
    stage = staged(context, world)
    page, row = stage.page, stage.page.get_by_role("button", name=re.compile("^data-reviews, "))
    expect(row).to_be_hidden()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 390
    page.get_by_role("button", name="Open sidebar").click()
    row.click()
    expect(page.get_by_role("main", name="data-reviews")).to_be_visible()
    expect(row).to_be_hidden()
    context.close()


def test_dark_theme_follows_the_system_and_can_be_switched(
    browser: Browser, world: tuple[str, WebClient, dict[str, str], dict[str, str]]
) -> None:
    context = context_of(browser, color_scheme="dark")
    page = staged(context, world).page
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.querySelector('.stage')).backgroundColor") == (
        "rgb(26, 27, 32)"
    )
    page.get_by_role("button", name="Switch to light theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    context.close()
