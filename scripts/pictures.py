"""Play the demo's story in a browser and take the pictures of the documentation.

Start `fireline demo`, then: `.venv/bin/python scripts/pictures.py http://127.0.0.1:3000`
"""

import json
import re
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
SCROLL_UP = """e => {
  let n = e;
  while (n && n.scrollHeight <= n.clientHeight + 2) n = n.parentElement;
  if (n) n.scrollTo(0, 0);
}"""


class Story:
    """The story, one click after the other."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.browser = browser
        self.page = open_page(context_of(browser, viewport={"width": 1280, "height": 900}), url)
        state = json.load(urllib.request.urlopen(f"{url}/_state"))  # noqa: S310 - our own sandbox
        self.ids = {c["name"]: c["id"] for c in state["channels"] if c["name"]}

    def go(self, channel: str) -> None:
        self.page.goto(f"{self.url}/#/{self.ids[channel]}")

    def room(self) -> None:
        """Go to the incident's channel when it was opened by an earlier run."""
        self.go(next(name for name in self.ids if name.startswith("inc-1-")))

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
        phone = open_page(
            phone_context(self.browser), self.url, f"#/{self.ids['data-platform-alerts']}"
        )
        phone.get_by_role("button", name="Declare incident").first.wait_for()
        phone.wait_for_timeout(1500)
        self.shot("alert-phone", phone)
        button.click()

    def incident(self) -> None:
        link = self.page.get_by_role("link", name="inc-1-").first
        link.wait_for(timeout=PATIENCE_MS)
        link.click()
        self.sees("Investigating")
        self.type("the producer shipped a new enum value at 02:10")
        self.type("/incident role commander @bo")
        self.sees("Commander: Bo", "commander Bo")
        self.type("/incident mitigate rolling the producer back")
        self.sees("Mitigating")
        self.top(self.page)
        self.shot("incident")
        place = "#" + self.page.url.partition("#")[2]
        phone = open_page(phone_context(self.browser), self.url, place)
        self.top(phone)
        self.shot("incident-phone", phone)

    def resolve(self) -> None:
        why = '"repaired; the last hour still remembers"'
        self.type(f"/incident restore override:{why} orders land again")
        self.sees("Restored")
        self.type("/incident resolve")
        modal = self.page.get_by_role("dialog")
        modal.wait_for(timeout=PATIENCE_MS)
        modal.get_by_label("No, checked").check()
        modal.get_by_label("How was it checked?").fill("row counts equal the source per hour")
        self.page.wait_for_timeout(500)
        self.shot("modal")
        modal.get_by_role("button", name="Resolve").click()
        self.sees("Postmortem draft of INC-1")
        self.page.wait_for_timeout(1500)
        self.shot("postmortem")

    def promise(self) -> None:
        self.type("/postmortem action Reject unknown enum values in stg_orders @ana due:+7d")
        self.sees("ACT-1")
        self.type("/review")
        self.sees("SLOs met")
        self.page.wait_for_timeout(1500)
        self.shot("review")
        self.page.get_by_role("button", name="Fireline, app home").click()
        self.page.get_by_role("tabpanel", name="Home").wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_timeout(2500)
        self.shot("home")
        self.page.emulate_media(color_scheme="dark")
        self.shot("home-dark")
        self.page.emulate_media(color_scheme="light")

    def sees(self, *any_of: str) -> None:
        """Wait until one of the texts shows."""
        pattern = re.compile("|".join(re.escape(text) for text in any_of))
        found = self.page.get_by_text(pattern).last
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        self.page.wait_for_timeout(700)

    def top(self, page: Page) -> None:
        """Scroll to the beginning, where the card is."""
        page.wait_for_timeout(1500)
        page.get_by_role("log").evaluate(SCROLL_UP)
        page.wait_for_timeout(300)


def main() -> None:
    """Play it."""
    with launched() as browser:
        story = Story(browser, sys.argv[1].rstrip("/"))
        for chapter in sys.argv[2:] or ("alert", "incident", "resolve", "promise"):
            getattr(story, chapter)()


if __name__ == "__main__":
    main()
