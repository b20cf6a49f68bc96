"""A relay in front of a server that can fall silent: connections stay open, nothing passes."""

import socket
from threading import Event, Thread
from urllib.parse import urlsplit

CHUNK = 65536
LOOK_SECONDS = 0.05


class SilentProxy:
    """Listens at `url`; while `mute` is set, whatever arrives from either side is dropped."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._target = (address.hostname or "127.0.0.1", address.port or 80)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(LOOK_SECONDS)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.mute = Event()
        self._closing = Event()
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Cut everything."""
        self._closing.set()
        for thread in list(self._threads):
            thread.join(5)
        self._server.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            upstream = socket.create_connection(self._target)
            for source, sink in ((client, upstream), (upstream, client)):
                source.settimeout(LOOK_SECONDS)
                thread = Thread(target=self._relay, args=(source, sink), daemon=True)
                thread.start()
                self._threads.append(thread)

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with source:
            while not self._closing.is_set():
                try:
                    data = source.recv(CHUNK)
                except TimeoutError:
                    continue
                except OSError:
                    break
                if not data:
                    break
                if not self.mute.is_set():
                    try:
                        sink.sendall(data)
                    except OSError:
                        break
            try:
                sink.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
