"""Many people at once without their browsers: ``python -m tests.bench.crowd FOLDER [--people 20]``.

A person here is a connection that speaks Streamlit's own protocol, as light as can be, so that the machine's
processors go to the server. FOLDER takes the lake. Twenty drop a file of 1 MB each at one moment while three
others walk from page to page; every answer and the longest walk are printed, with the server's memory.
"""

import asyncio
import statistics
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import click
import duckdb
import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.serving import FIRSTDOSE, ROOT, dashboard

PATIENCE = 300.0  # seconds until an answer counts as lost
WALKERS = 3
MEGABYTE = 1_000_000


@dataclass(slots=True)
class Person:
    """One open page: its connection, and what the server last drew for it."""

    url: str
    socket: websockets.ClientConnection
    cookie: str
    session: str = ""
    uploader: str = ""
    drawn: bytes = b""
    errors: list[str] = field(default_factory=list)

    async def read(self) -> None:
        """Take messages until the run that now goes on has finished, reruns of its own included."""
        self.drawn = b""
        while True:
            raw = await asyncio.wait_for(self.socket.recv(), PATIENCE)
            assert isinstance(raw, bytes)
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.drawn = b""  # a run that was broken off for another one drew nothing that stays
                self.session = message.new_session.initialize.session_id or self.session
            elif kind == "delta":
                self.drawn += raw
                if message.delta.new_element.WhichOneof("type") == "file_uploader":
                    self.uploader = message.delta.new_element.file_uploader.id
                if message.delta.new_element.WhichOneof("type") == "exception":
                    self.errors.append(message.delta.new_element.exception.message)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    async def look(self, page: str, query: str = "") -> float:
        """Open a page in this session; seconds until everything is drawn."""
        ask = BackMsg()
        ask.rerun_script.page_name, ask.rerun_script.query_string = page, query
        began = time.perf_counter()
        await self.socket.send(ask.SerializeToString())
        await self.read()
        return time.perf_counter() - began

    async def bring(self, name: str, content: bytes) -> float:
        """Drop a file on the page; seconds until the desk lists it."""
        began = time.perf_counter()
        ask = BackMsg()
        ask.file_urls_request.request_id = "1"
        ask.file_urls_request.session_id = self.session
        ask.file_urls_request.file_names.append(name)
        await self.socket.send(ask.SerializeToString())
        while True:
            raw = await asyncio.wait_for(self.socket.recv(), PATIENCE)
            assert isinstance(raw, bytes)
            message = ForwardMsg.FromString(raw)
            if message.WhichOneof("type") == "file_urls_response":
                break
        urls = message.file_urls_response.file_urls[0]
        await asyncio.to_thread(_put, self.url, urls.upload_url, self.cookie, name, content)
        ask = BackMsg()
        ask.rerun_script.page_name = "data"
        state = ask.rerun_script.widget_states.widgets.add()
        state.id = self.uploader
        file = state.file_uploader_state_value.uploaded_file_info.add()
        file.name, file.size, file.file_id = name, len(content), urls.file_id
        file.file_urls.CopyFrom(urls)
        await self.socket.send(ask.SerializeToString())
        while b"desk-files" not in self.drawn:
            await self.read()
        return time.perf_counter() - began


def _put(url: str, path: str, cookie: str, name: str, content: bytes) -> None:
    edge = uuid.uuid4().hex
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode() + content + f"\r\n--{edge}--\r\n".encode()  # fmt: skip
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    connection.request("PUT", path if path.startswith("/") else f"/{path}", body, {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Cookie": f"_streamlit_xsrf={cookie}", "X-Xsrftoken": cookie, "Origin": url,
    })  # fmt: skip
    answer = connection.getresponse()
    if answer.status >= 300:
        raise RuntimeError(f"the upload was answered {answer.status}: {answer.read()[:200]!r}")
    connection.close()


def _cookie(url: str) -> str:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request("GET", "/_stcore/health")
    answer = connection.getresponse()
    answer.read()
    said = answer.getheader("Set-Cookie") or ""
    connection.close()
    return said.partition("_streamlit_xsrf=")[2].partition(";")[0].strip('"')


@asynccontextmanager
async def person(url: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[Person]:
    """Somebody with the dashboard open; ``headers`` are what a proxy says of them."""
    cookie = await asyncio.to_thread(_cookie, url)
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    async with websockets.connect(
        address,
        origin=websockets.Origin(url),
        subprotocols=[websockets.Subprotocol("streamlit")],
        max_size=None,
        compression=None,
        additional_headers=headers,
    ) as socket:
        yield Person(url, socket, cookie)


async def _walk(
    url: str, ready: asyncio.Barrier, until: asyncio.Event, times: list[float], errors: list[str]
) -> None:
    pages = ("overview", "pipeline", "readiness")
    async with person(url) as one:
        for page in pages:  # what a server makes once, at the first look, is another measurement
            await one.look(page)
        await ready.wait()
        for page in cycle(pages):
            if until.is_set():
                break
            times.append(await one.look(page))
            await asyncio.sleep(0.5)
        errors += one.errors


async def _brings(url: str, number: int, content: bytes, ready: asyncio.Barrier) -> tuple[float, list[str]]:
    async with person(url) as one:
        await one.look("data")
        await ready.wait()
        return await one.bring(f"results-{number}.csv", content), one.errors


async def uploads(url: str, people: int, content: bytes) -> tuple[list[float], list[float], list[str]]:
    """Everybody drops the content at once: seconds of each answer, of each look of the others, errors."""
    done, walks, errors = asyncio.Event(), list[float](), list[str]()
    ready = asyncio.Barrier(people + WALKERS)
    walkers = [asyncio.create_task(_walk(url, ready, done, walks, errors)) for _ in range(WALKERS)]
    answers = await asyncio.gather(*(_brings(url, one, content, ready) for one in range(people)))
    done.set()
    await asyncio.gather(*walkers)
    return [seconds for seconds, _ in answers], walks, errors + [e for _, said in answers for e in said]


def file_of(folder: Path, size: int = MEGABYTE) -> bytes:
    """The demo's results as CSV, cut after the last whole line within ``size`` bytes."""
    written = folder / "results-text.csv"
    duckdb.read_parquet(str(folder / "results.parquet")).write_csv(str(written))
    text = written.read_bytes()
    return text[: text.rfind(b"\n", 0, size) + 1]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--people", default=20, show_default=True)
def main(folder: Path, people: int) -> None:
    """Measure and print."""
    made = folder / "demo"
    if not made.exists():
        subprocess.run([FIRSTDOSE, "demo", made, "--batches=800"], check=True, cwd=ROOT, timeout=600)
    with dashboard(folder / "crowd") as served:
        answers, walks, errors = asyncio.run(uploads(served.url, people, file_of(made)))
        memory = psutil.Process(served.pid).memory_info().rss / 2**20
    click.echo(
        f"{people} files of 1 MB at once: {len(answers)} answered, "
        f"median {statistics.median(answers):.1f} s, last {max(answers):.1f} s"
    )
    click.echo(
        f"pages of others meanwhile: {len(walks)} looks, "
        f"median {statistics.median(walks):.2f} s, longest {max(walks):.2f} s"
    )
    click.echo(f"{len(errors)} errors {errors[:3]}; server {memory:.0f} MiB")


if __name__ == "__main__":
    main()
