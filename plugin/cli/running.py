"""Running the tool: demo, serve, worker."""

from __future__ import annotations

import importlib
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from plugin import migrations
from plugin.app import create_app
from plugin.cli.commands import main, this_process
from plugin.worker import Worker, tuned


@main.command()
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write the facts.")
def demo(json_path: Path | None) -> None:
    """Run the whole story on temporary files, and check each step."""
    sys.exit(_demo().run(json_path))


@main.command()
@click.option("--port", default=5000, show_default=True, help="The tool's port.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--campus", is_flag=True, help="Run the demo campus beside it, on temporary files.")
def serve(port: int, host: str, campus: bool) -> None:
    """Serve the tool for development, with one worker beside it. (Use gunicorn for real.)"""
    if campus:
        sys.exit(_demo().serve(port))
    mentes = this_process()
    migrations.upgrade(mentes.database.engine)
    app = create_app(mentes.settings, mentes=mentes)
    server = make_server(host, port, app, threaded=True, request_handler=_Quiet)
    stop = threading.Event()
    worker = threading.Thread(target=Worker(mentes).run, args=(stop,), name="worker")
    worker.start()
    _on_signals(lambda: threading.Thread(target=server.shutdown).start())
    click.echo(f"Mentes serves {mentes.settings.public_url} on {host}:{port}. Stop with Ctrl-C.")
    try:
        server.serve_forever()
    finally:
        stop.set()
        worker.join()


@main.command()
def worker() -> None:
    """Do the background work: apply completions, deliver what is owed. Run as many as you like."""
    mentes = this_process()
    stop = threading.Event()
    _on_signals(stop.set)
    tuned()
    Worker(mentes).run(stop)


def _demo() -> ModuleType:
    """Return the demo, which needs a mail server that the tool itself does not."""
    try:
        return importlib.import_module("plugin.demo.run")
    except ModuleNotFoundError as error:
        if error.name != "aiosmtpd":
            raise
        raise click.ClickException("The demo needs more: pip install 'mentes[demo]'") from error


class _Quiet(WSGIRequestHandler):
    """Leaves the log to the tool, which writes routes; addresses hold secrets."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


def _on_signals(stop: Callable[[], object]) -> None:
    def stopped(_signal: int, _frame: FrameType | None) -> None:
        stop()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
