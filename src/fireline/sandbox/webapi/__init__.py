"""The Web API: `/api/{method}` and the upload address of files."""

from starlette.routing import BaseRoute, Route

from fireline.sandbox.model import Workspace
from fireline.sandbox.webapi import (
    bookmarks,
    canvases,
    chat,
    chat_change,
    conversations,
    conversations_members,
    conversations_read,
    files,
    platform,
    reactions_pins,
    users,
    views,
)
from fireline.sandbox.webapi.endpoint import Endpoint
from fireline.sandbox.webapi.files import Uploads

# Importing a family registers its methods.
FAMILIES = (
    bookmarks,
    canvases,
    chat,
    chat_change,
    conversations,
    conversations_members,
    conversations_read,
    files,
    platform,
    reactions_pins,
    users,
    views,
)


def routes(workspace: Workspace) -> list[BaseRoute]:
    """The routes of the Web API."""
    return [
        Route("/api/{method}", Endpoint(workspace).__call__, methods=["GET", "POST"]),
        Route("/_upload/{token}", Uploads(workspace).receive, methods=["POST"]),
    ]
