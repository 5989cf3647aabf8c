"""`inhouse models pull` where it does not work: one line, a way on, and nothing is lost by it."""

import hashlib
import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from tests.app.conftest import Run
from tests.models.gguf_files import make_gguf
from tests.models.hub_server import Hub, Reply, serve

from inhouse_models.store import Store
from inhouse_models.transfer import only_one

MODEL = make_gguf(weights=300_000)
REPOSITORY = "owner/tiny-GGUF"
WANTED = f"{REPOSITORY}/Tiny-Q4_K_M.gguf"
NAME = "owner--tiny-GGUF--Tiny-Q4_K_M"
PORTAL = b"<html><title>Welcome to the hotel</title></html>"
MAKE_CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    *("-subj", "/CN=localhost", "-days", "1", "-nodes"),
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def hub(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model, which the commands of the test ask."""
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with serve(Hub({WANTED: MODEL, f"{REPOSITORY}/Tiny-Q8_0.gguf": MODEL})) as offered:
        monkeypatch.setenv("HF_ENDPOINT", offered.address)
        yield offered


@dataclass(frozen=True)
class Case:
    """How the hub misbehaves, and what is said of it: words of the problem, words of the advice."""

    problem: str
    advice: str
    replies: Mapping[str, Reply] = field(default_factory=dict[str, Reply])
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    wanted: str = WANTED


def refusing(
    status: int, code: str = "", message: str = "", headers: Mapping[str, str] | None = None
) -> dict[str, Reply]:
    said = {"X-Error-Code": code, "X-Error-Message": message, **(headers or {})}
    return {"HEAD": Reply(status, {name: text for name, text in said.items() if text})}


CASES = {
    "401": Case("wants to know who asks", "set it as HF_TOKEN", refusing(401)),
    "401 private": Case("or it is private", "set it as HF_TOKEN", refusing(401, "RepoNotFound")),
    "401 token": Case(
        "does not accept the token",
        "unset HF_TOKEN",
        refusing(401, "", "Invalid credentials in Authorization header"),
        {"HF_TOKEN": "hf_secret0123456789"},
    ),
    "403": Case("refuses owner/tiny-GGUF", "Accept the agreement", refusing(403)),
    "403 gated": Case(
        "asks for an agreement",
        f"Accept it at https://huggingface.co/{REPOSITORY}. It takes a token.",
        refusing(403, "GatedRepo"),
    ),
    "403 gated with token": Case(
        "the account of your token has not accepted",
        "also needs the right to read",
        refusing(403, "GatedRepo"),
        {"HF_TOKEN": "hf_secret0123456789"},
    ),
    "404": Case(
        "near it are Tiny-Q4_K_M.gguf",
        "Write one of these",
        wanted=f"{REPOSITORY}/Tiny-Q4KM.gguf",
    ),
    "404 nothing near": Case(
        "has no file", "has Tiny-Q4_K_M.gguf, Tiny-Q8_0.gguf", wanted=f"{REPOSITORY}/z.gguf"
    ),
    "404 quantisation": Case(
        "it has Tiny-Q4_K_M.gguf", f"as {REPOSITORY}/FILE", wanted=f"{REPOSITORY}:Q2_K"
    ),
    "404 repository": Case("no repository", "Look at the name", wanted="nobody/none:Q4_K_M"),
    "no such name": Case("neither in the catalogue", "Did you mean starter", wanted="startr"),
    "no name of a repository": Case("no name that", "Look at the name", wanted="a--b/..:Q4"),
    "429": Case(
        "busy (429, too many requests)",
        "Try again in 60 minutes. With a token in HF_TOKEN",
        refusing(429, headers={"Retry-After": "3600"}),
    ),
    "429 as the hub": Case(
        "busy (429", "Try again in 5 minutes", refusing(429, headers={"RateLimit": '"a";r=0;t=300'})
    ),
    "503": Case("busy (503)", "in 10 minutes", refusing(503, headers={"Retry-After": "600"})),
    "503 in the middle": Case(
        "it stopped at 0 of", "in 10 minutes", {"GET": Reply(503, {"Retry-After": "600"})}
    ),
    "451": Case("(451)", "Choose another model", refusing(451)),
    "418": Case("answered 418", "Try again", refusing(418)),
    "a page to sign in": Case("is not the hub", "browser", {"HEAD": Reply(200, HTML, PORTAL)}),
    "led to a page to sign in": Case(
        "is not the hub", "browser", {"HEAD": Reply(302, {"Location": "http://login.invalid/"})}
    ),
    "a page in place of the file": Case(
        "is not the hub", "browser", {"GET": Reply(200, HTML, PORTAL)}
    ),
    "a page in place of the names": Case(
        "is not the hub",
        "browser",
        {"GET": Reply(200, HTML, PORTAL)},
        wanted=f"{REPOSITORY}:Q4_K_M",
    ),
    "other JSON in place of the names": Case(
        "is not the hub", "browser", {"GET": Reply(200, {}, b"[1]")}, wanted=f"{REPOSITORY}:Q4_K_M"
    ),
    "led in a circle": Case("is not the hub", "browser", {"GET": Reply(302, {"Location": "/x"})}),
    "shorter than announced": Case(
        f"where {len(MODEL):,} bytes were announced", "mirror", {"GET": Reply(200, {}, MODEL[:-9])}
    ),
    "longer than announced": Case(
        "more bytes than were announced",
        "mirror",
        {
            "GET": Reply(
                200, {"Transfer-Encoding": "chunked"}, b"%x\r\n" % 2_000_000 + bytes(10**6 * 2)
            )
        },
    ),
    "wrong bytes": Case(
        "wrong hash", "Try again; if it stays so", {"GET": Reply(200, {}, bytes(len(MODEL)))}
    ),
    "refused by the file's server": Case("(403)", "mirror", {"GET": Reply(403)}),
    "no network": Case("refuses connections", "mirror", env={"HF_ENDPOINT": "http://127.0.0.1:1"}),
    "no such host": Case(
        "its name is not found", "mirror", env={"HF_ENDPOINT": "https://hub.invalid"}
    ),
    "no address": Case("which is no address", "https://HOST", env={"HF_ENDPOINT": "hub"}),
    "a dead proxy": Case(
        "refuses connections",
        "network",
        env={
            "NO_PROXY": "",
            "HTTP_PROXY": "http://127.0.0.1:1",
            "http_proxy": "http://127.0.0.1:1",
        },
    ),
    "a SOCKS proxy": Case("SOCKS", "HTTPS_PROXY", env={"ALL_PROXY": "socks5://127.0.0.1:1"}),
    "no proxy at all": Case("cannot be used", "HTTPS_PROXY", env={"ALL_PROXY": "what://ever"}),
    "no certificates": Case("SSL_CERT_FILE", "unset", env={"SSL_CERT_FILE": "/nowhere.pem"}),
    "not allowed": Case("HF_HUB_OFFLINE is set", "models add", env={"HF_HUB_OFFLINE": "1"}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_failure_is_one_line_with_a_way_on(inhouse: Run, hub: Hub, case: Case) -> None:
    hub.replies = {method: [reply] for method, reply in case.replies.items()}
    hub.stubborn = True
    fails(inhouse, case.problem, case.advice, wanted=case.wanted, env=case.env)
    assert not Store().list()
    # What misbehaved does so no more: the same command is the way on.
    hub.replies = {}
    if "GET" in case.replies:
        done = inhouse("models", "pull", case.wanted)
        assert (done.returncode, done.stdout) == (0, ready(NAME)), done.stderr


def fails(
    inhouse: Run,
    problem: str,
    advice: str,
    *,
    wanted: str = WANTED,
    env: Mapping[str, str] | None = None,
) -> None:
    """The command ends with code 5, and its last JSON line has the two sentences."""
    done = inhouse("models", "pull", "--json", wanted, env=env)
    assert (done.returncode, done.stderr) == (5, ""), done
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.keys() == {"type", "problem", "advice"}
    assert problem in told["problem"], told
    assert advice in told["advice"], told
    assert "\n" not in told["problem"] + told["advice"]
    assert "hf_secret" not in done.stdout


def ready(name: str) -> str:
    return f"{name} is ready: {Store().folder / name}.gguf\n"


def test_in_text_it_is_one_line_on_standard_error(inhouse: Run, hub: Hub) -> None:
    hub.replies = refused = {"HEAD": [Reply(429, {"Retry-After": "3600"})]}
    done = inhouse("models", "pull", WANTED)
    assert (done.returncode, done.stdout, refused["HEAD"]) == (5, "", [])
    assert done.stderr == (
        f"inhouse: {NAME} could not be downloaded: {hub.address} is busy (429, too many requests). "
        "Try again in 60 minutes. With a token in HF_TOKEN the hub allows more.\n"
    )


def test_a_short_wait_is_said_and_taken(inhouse: Run, hub: Hub) -> None:
    hub.replies = {"HEAD": [Reply(429, {"Retry-After": "1"})], "GET": [Reply(503)]}
    done = inhouse("models", "pull", WANTED)
    assert (done.returncode, done.stdout) == (0, ready(NAME)), done.stderr
    assert "waiting 1 s before the hub is asked again (it answered 429)\n" in done.stderr
    assert "waiting 1 s before the hub is asked again (it answered 503)" in done.stderr


def test_a_token_goes_to_the_hub_and_to_nobody_else(inhouse: Run, hub: Hub) -> None:
    with serve(Hub({WANTED: MODEL})) as other:
        moved = Reply(
            302, {"Location": f"{other.address}/{REPOSITORY}/resolve/main/Tiny-Q4_K_M.gguf"}
        )
        hub.replies = {"GET": [moved]}
        done = inhouse("models", "pull", WANTED, env={"HF_TOKEN": "hf_secret0123456789"})
        assert done.returncode == 0, done.stderr
        assert hub.tokens == ["Bearer hf_secret0123456789"] * 2
        assert other.tokens == [""]
    assert "hf_secret" not in done.stdout + done.stderr
    kept = [file for file in Path.home().rglob("*") if file.is_file()]
    assert kept
    assert not [file for file in kept if b"hf_secret" in file.read_bytes()]


def test_a_disk_that_is_full_in_the_middle(inhouse: Run, hub: Hub) -> None:
    half = Store().downloads / NAME / f"hub-{hashlib.sha256(MODEL).hexdigest()[:16]}.part"
    half.parent.mkdir(parents=True)
    half.symlink_to("/dev/full")
    fails(inhouse, "is full", "Make room")
    half.unlink()
    assert inhouse("models", "pull", WANTED).returncode == 0


def test_a_disk_without_room(inhouse: Run, hub: Hub) -> None:
    hub.claimed_size = 10**18
    fails(inhouse, "are free", "inhouse models rm")
    assert hub.downloads == []


def test_a_folder_that_cannot_be_written_to(inhouse: Run, hub: Hub) -> None:
    Store().folder.parent.mkdir(parents=True)
    Store().folder.write_text("a file in the way")
    fails(inhouse, f"{Store().folder} cannot be written to", "XDG_DATA_HOME")
    Store().folder.unlink()
    assert inhouse("models", "pull", WANTED).returncode == 0


def test_two_at_once(inhouse: Run, hub: Hub) -> None:
    with only_one(Store().downloads / f"{NAME}.lock") as alone:
        assert alone
        fails(inhouse, "another process is already pulling", "Wait for it")
    assert inhouse("models", "pull", WANTED).returncode == 0


def test_ctrl_c_keeps_what_is_there_and_a_second_pull_waits_its_turn(
    inhouse: Run, hub: Hub
) -> None:
    # Half of it comes, and then nothing more.
    held = Reply(200, {"Content-Length": str(len(MODEL))}, MODEL[:500_000])
    hub.replies = {"GET": [held]}
    with subprocess.Popen(
        [sys.executable, "-m", "inhouse.start", "models", "pull", "--json", WANTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as pulling:
        assert pulling.stdout and pulling.stderr
        for line in pulling.stdout:
            if json.loads(line).get("done", 0) > 0:
                break
        fails(inhouse, "another process is already pulling", "Wait for it")
        pulling.send_signal(signal.SIGINT)
        said = pulling.stderr.read()
        assert pulling.wait(60) == 130
    assert said == "inhouse: Stopped. What is there is kept: the same command goes on with it.\n"
    assert not Store().list()
    done = inhouse("models", "pull", WANTED)
    assert (done.returncode, done.stdout) == (0, ready(NAME)), done.stderr
    whole, rest = hub.downloads
    assert whole == ""
    assert 0 < int(rest.removeprefix("bytes=").removesuffix("-")) <= 500_000


@pytest.fixture
def encrypting(tmp_path: Path) -> Iterator[Callable[[bool], str]]:
    """The address of a server whose certificate nobody vouches for, or that speaks no TLS."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [*MAKE_CERTIFICATE, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[Thread] = []

    def greet(encrypted: bool) -> None:
        connection, _ = listener.accept()
        with connection:
            if not encrypted:
                # Who closes what it has not read breaks the connection off.
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
                # The other side leaves with what it has not read, or with a word.
                with suppress(ConnectionResetError):
                    connection.recv(1 << 16)
                return
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)

    def begin(encrypted: bool) -> str:
        threads.append(Thread(target=greet, args=(encrypted,)))
        threads[-1].start()
        return f"https://localhost:{listener.getsockname()[1]}"

    with listener:
        yield begin
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    ("encrypted", "problem"),
    [(True, "is not trusted (self-signed certificate)"), (False, "no encrypted connection to")],
)
def test_encryption_that_fails_is_said_in_words(
    inhouse: Run, hub: Hub, encrypting: Callable[[bool], str], encrypted: bool, problem: str
) -> None:
    address = encrypting(encrypted)
    fails(inhouse, problem, "SSL_CERT_FILE", env={"HF_ENDPOINT": address})
