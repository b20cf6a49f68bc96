"""Files and canvases in the sandbox: every way in, every operation, every refusal."""

from typing import Any

import pytest

from fireline.sandbox.seed import APP_TOKEN
from tests.sandbox_fixture import Sandbox


@pytest.fixture
def channel(sandbox: Sandbox) -> str:
    return sandbox.channel("incidents")


def test_multipart_uploads_and_text_files_work(sandbox: Sandbox, channel: str) -> None:
    answer = sandbox.call("files.getUploadURLExternal", length=5, filename="note.html")
    form = {"file": ("note.html", b"<b>hi", "text/html")}
    assert sandbox.http.post(answer["upload_url"], files=form).status_code == 200
    done = sandbox.call(
        "files.completeUploadExternal",
        files=[{"id": answer["file_id"], "title": "Note"}],
        channel_id=channel,
        blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "see"}}],
    )

    fetched = sandbox.download(done["files"][0]["url_private"])
    assert fetched.headers["content-disposition"] == "attachment"
    assert fetched.headers["content-security-policy"] == "sandbox"
    assert sandbox.http.get(f"{sandbox.url}/files/F404/x").status_code == 404
    assert sandbox.http.post(f"{sandbox.url}/_upload/unknown").status_code == 404
    assert sandbox.call("reactions.get", file=answer["file_id"])["type"] == "file"
    assert sandbox.error("reactions.get", file="F404") == "file_not_found"


@pytest.mark.parametrize("token", ["", "xoxb-somebody-else", APP_TOKEN])
def test_a_file_is_given_to_whoever_may_read_it_and_others_see_the_sign_in_page(
    sandbox: Sandbox, channel: str, token: str
) -> None:
    shared = sandbox.post(
        "/_act/file", user="ana", channel=channel, filename="error.txt", content="boom"
    )
    address = sandbox.call("files.info", file=shared["file"])["file"]["url_private"]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    refused = sandbox.http.get(address, headers=headers)
    assert refused.headers["content-type"].startswith("text/html")
    assert b"boom" not in refused.content
    assert sandbox.http.get(address, headers={"Sec-Fetch-Site": "same-origin"}).content == b"boom"
    assert sandbox.download(address).content == b"boom"


def test_bad_completions_are_refused(sandbox: Sandbox, channel: str) -> None:
    answer = sandbox.call("files.getUploadURLExternal", length=1, filename="a.txt")
    assert sandbox.http.post(answer["upload_url"], content=b"x").status_code == 200
    files = [{"id": answer["file_id"]}]

    def error(**arguments: Any) -> str:
        complete = {"files": files, "channel_id": channel, **arguments}
        return sandbox.error("files.completeUploadExternal", **complete)

    assert error(files=[]) == "invalid_arguments"
    assert error(thread_ts="1.000001") == "invalid_arguments"
    assert error(blocks=[{"type": "nonsense"}]) == "invalid_blocks"
    assert sandbox.error(
        "files.getUploadURLExternal", length=1, filename="a", alt_txt="x" * 1001
    ) == ("alt_txt_too_large")
    assert sandbox.error("files.info", file=answer["file_id"]) == "file_not_found"


@pytest.fixture
def canvas(sandbox: Sandbox) -> str:
    content = {"type": "markdown", "markdown": "# One\n\n## Two"}
    made = sandbox.call("canvases.create", title="Report", document_content=content)
    return str(made["canvas_id"])


@pytest.mark.parametrize(
    ("operation", "anchored", "expected"),
    [
        ("insert_at_start", False, "new\n\n# One\n\n## Two"),
        ("insert_before", True, "# One\n\nnew\n\n## Two"),
        ("replace", True, "# One\n\nnew"),
        ("replace", False, "new"),
        ("delete", True, "# One"),
    ],
)
def test_each_canvas_operation_does_its_work(
    sandbox: Sandbox, canvas: str, operation: str, *, anchored: bool, expected: str
) -> None:
    change: dict[str, Any] = {
        "operation": operation,
        "document_content": {"type": "markdown", "markdown": "new"},
    }
    if anchored:
        found = sandbox.call(
            "canvases.sections.lookup", canvas_id=canvas, criteria={"section_types": ["h2"]}
        )
        change["section_id"] = found["sections"][0]["id"]

    assert sandbox.call("canvases.edit", canvas_id=canvas, changes=[change])["ok"]
    assert sandbox.workspace.files[canvas].markdown == expected


def test_canvas_can_be_renamed_and_read_as_markdown(sandbox: Sandbox, canvas: str) -> None:
    change = {"operation": "rename", "title_content": {"type": "markdown", "markdown": "Final"}}
    sandbox.call("canvases.edit", canvas_id=canvas, changes=[change])

    file = sandbox.call("files.info", file=canvas)["file"]
    assert (file["title"], file["mode"]) == ("Final", "quip")
    assert sandbox.download(file["url_private"]).text.startswith("# One")
    assert canvas in [f["id"] for f in sandbox.get("/_state")["files"]]


def test_canvases_refuse_what_makes_no_sense(sandbox: Sandbox, canvas: str, channel: str) -> None:
    lookup = "canvases.sections.lookup"
    assert sandbox.error(lookup, canvas_id=canvas, criteria={}) == "invalid_arguments"
    bad = {"section_types": ["h9"]}
    assert sandbox.error(lookup, canvas_id=canvas, criteria=bad) == "invalid_arguments"
    assert sandbox.error(lookup, canvas_id="F404", criteria=bad) == "canvas_not_found"
    assert sandbox.error("canvases.edit", canvas_id=canvas, changes=["x"]) == "invalid_arguments"
    html = {"type": "html", "markdown": "x"}
    assert sandbox.error("canvases.create", document_content=html) == "invalid_arguments"
    huge = {"type": "markdown", "markdown": "x" * 1_048_577}
    create = "conversations.canvases.create"
    assert sandbox.error("canvases.create", document_content=huge) == "canvas_creation_failed"
    assert sandbox.error("canvases.create", channel_id="C404") == "canvas_creation_failed"
    assert sandbox.error(create, channel_id="C404") == "channel_canvas_creation_failed"
    share = "canvases.access.set"
    owner = {"canvas_id": canvas, "access_level": "owner"}
    assert sandbox.error(share, **owner, channel_ids=[channel]) == "invalid_parameters"
    assert sandbox.error(share, **owner, channel_ids=["C404"]) == "invalid_parameters"
    read = {"canvas_id": canvas, "access_level": "read"}
    assert sandbox.error(share, **read, channel_ids=["C404"]) == "channel_not_found"


def test_canvas_of_a_channel_may_be_read_but_not_written_with_read_access(
    sandbox: Sandbox, canvas: str, channel: str
) -> None:
    file = sandbox.workspace.files[canvas]
    end = {"operation": "insert_at_end", "document_content": {"type": "markdown", "markdown": "x"}}
    file.access = {channel: "read"}
    assert sandbox.error("canvases.edit", canvas_id=canvas, changes=[end]) == "restricted_action"
    file.access = {}
    assert sandbox.error("canvases.edit", canvas_id=canvas, changes=[end]) == "canvas_not_found"
