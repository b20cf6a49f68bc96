"""Play the demo's story in a browser and take the pictures of the documentation.

Start `fireline demo`, then: `.venv/bin/python scripts/pictures.py http://127.0.0.1:3000`
"""

import json
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.browser import context_of, launched, open_page, phone_context, take_picture  # noqa: E402 - after the path is set

PICTURES = ROOT / "docs" / "pictures"
ALERT_PATIENCE_MS = 180_000
PATIENCE_MS = 30_000


class Story:
    """The story, one click after the other."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.browser = browser
        self.page = open_page(context_of(browser, viewport={"width": 1280, "height": 900}), url)
        state = json.load(urllib.request.urlopen(f"{url}/_state"))  # noqa: S310 - our own sandbox
        self.ids = {c["name"]: c["id"] for c in state["channels"] if c["name"]}

    def go(self, channel: str, page: Page | None = None) -> None:
        (page or self.page).goto(f"{self.url}/#/{self.ids.get(channel, channel)}")

    def type(self, text: str) -> None:
        box = self.page.get_by_role("combobox", name="Message ")
        box.fill(text)
        box.press("Escape")
        box.press("Enter")

    def shot(self, name: str, page: Page | None = None) -> None:
        take_picture(page or self.page, PICTURES / f"{name}.png")

    def alert(self) -> None:
        self.go("data-platform-alerts")
        button = self.page.get_by_role("button", name="Declare incident").first
        button.wait_for(timeout=ALERT_PATIENCE_MS)
        self.page.wait_for_timeout(1500)
        self.shot("alert")
        phone = open_page(phone_context(self.browser), self.url, f"#/{self.ids['data-platform-alerts']}")
        phone.get_by_role("button", name="Declare incident").first.wait_for()
        phone.wait_for_timeout(1500)
        self.shot("alert-phone", phone)
        button.click()

    def incident(self) -> None:
        link = self.page.get_by_role("link", name="inc-1-").first
        link.wait_for(timeout=PATIENCE_MS)
        link.click()
        expect(self.page.get_by_text("Investigating").first).to_be_visible(timeout=PATIENCE_MS)
        self.type("the producer shipped a new enum value at 02:10")
        self.type("/incident role commander @bo")
        self.page.wait_for_timeout(1500)
        self.type("/incident mitigate rolling the producer back")
        expect(self.page.get_by_text("Mitigating").first).to_be_visible(timeout=PATIENCE_MS)
        self.page.wait_for_timeout(1500)
        self.page.get_by_role("log").evaluate("e => e.scrollTo(0, 0)")
        self.shot("incident")
        phone = open_page(phone_context(self.browser), self.page.url.split("/#")[0], "#" + self.page.url.split("#")[1])
        phone.wait_for_timeout(2000)
        phone.get_by_role("log").evaluate("e => e.scrollTo(0, 0)")
        self.shot("incident-phone", phone)

    def resolve(self) -> None:
        self.type("/incident restore override:\"fixed, the window still remembers\" rows land again")
        expect(self.page.get_by_text("Restored").first).to_be_visible(timeout=PATIENCE_MS)
        self.type("/incident resolve")
        self.page.get_by_role("dialog").wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_timeout(800)
        self.shot("modal")


def main() -> None:
    """Play it."""
    with launched() as browser:
        story = Story(browser, sys.argv[1].rstrip("/"))
        story.alert()
        story.incident()
        story.resolve()


if __name__ == "__main__":
    main()
