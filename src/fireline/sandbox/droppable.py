"""A WebSocket protocol whose connection can vanish without a close frame."""

from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class DroppableProtocol(WebSocketsSansIOProtocol):
    """Hands the application `state["drop"]`, which cuts the TCP connection at once."""

    @override
    async def run_asgi(self) -> None:
        """Run the application with the means to drop its own connection."""
        self.scope["state"]["drop"] = self.transport.abort
        await super().run_asgi()
