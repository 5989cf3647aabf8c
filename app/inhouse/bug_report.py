"""What a bug report needs, without anything secret: facts, and one file that can be attached."""

import json
import locale
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_origin

from inhouse import __version__
from inhouse.endpoint_keys import every_key
from inhouse.sanitise import sanitise_line
from inhouse.settings import KEYS, Settings, flatten
from inhouse.uninstalling.program import look_at_program
from inhouse_agent.secret_shapes import MASK, mask_secrets
from inhouse_models.remote.address import Address, read_address
from inhouse_models.store import Store
from inhouse_tools.json_value import JsonValue

if TYPE_CHECKING:
    from inhouse.doctor import Report
    from inhouse_models.machine import Machine

PACKAGES: Final = (
    "llama-cpp-python",
    "llguidance",
    "httpx",
    "huggingface-hub",
    "numpy",
    "pydantic",
    "textual",
    "tree-sitter",
    "typer",
)
TERMINAL: Final = ("TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM", "NO_COLOR", "TMUX")
SECRET_NAME: Final = re.compile(r"key|token|secret|passw|credential|auth|cookie", re.IGNORECASE)
LEAST_SECRET: Final = 6
SET: Final = "(set)"
STDERR: Final = 2


def gather_facts(settings: Settings, machine: "Machine") -> dict[str, JsonValue]:
    """Versions, machine, models, settings and terminal; nothing here is read over a network."""
    return {
        "inhouse": __version__,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "platform": platform.platform(),
        "installed_with": look_at_program().kind,
        "packages": {name: _version_of(name) for name in PACKAGES},
        "machine": cast("JsonValue", asdict(machine)),
        "models": _models(),
        "settings": safe_settings(settings),
        "endpoint": safe_endpoint(settings.endpoint) or None,
        "terminal": _terminal(),
    }


def _version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _models() -> list[JsonValue]:
    return [
        {
            "name": model.name,
            "size": model.size,
            "catalogue": model.entry.name if model.entry else None,
            "elsewhere": model.reference,
            "projector": model.projector is not None,
        }
        for model in Store().list()
    ]


def _terminal() -> dict[str, JsonValue]:
    try:
        # Not of sys.stderr: the terminal UI has something else there, which has no descriptor.
        size = os.get_terminal_size(STDERR)
    except OSError:
        size = None
    known: dict[str, JsonValue] = {name: os.environ.get(name) for name in TERMINAL}
    if known["TMUX"]:
        known["TMUX"] = SET
    return {
        **known,
        "size": f"{size.columns}x{size.lines}" if size else None,
        "encoding": locale.getencoding(),
        "over_ssh": "SSH_CONNECTION" in os.environ,
    }


def safe_settings(settings: Settings) -> dict[str, JsonValue]:
    """Settings that are not the default: numbers, switches and choices as they are.

    Of free texts only that they are set, since a command or an address may hold a password.
    """
    values = flatten(settings.model_dump(mode="json"))
    told: dict[str, JsonValue] = {}
    for name, value in values.items():
        if name not in KEYS or value == KEYS[name].default:
            continue
        told[name] = value if _is_plain(name, value) else SET
    return told


def _is_plain(name: str, value: JsonValue) -> bool:
    """Whether a value can only be one of a few, or a number."""
    if isinstance(value, bool | int | float):
        return True
    field = Settings.model_fields.get(name)
    return field is not None and get_origin(field.annotation) is Literal


def safe_endpoint(endpoint: str) -> str:
    """Scheme, host and port: a path or a query may be a key as well as a name."""
    if not endpoint:
        return ""
    address = read_address(endpoint)
    return address.origin if isinstance(address, Address) else SET


class Scrubber:
    """Takes secrets out of text, and with a `home` also the person's own places."""

    def __init__(
        self, endpoints: Sequence[str], environment: Mapping[str, str], home: Path | None = None
    ) -> None:
        secrets = [value for name, value in environment.items() if SECRET_NAME.search(name)]
        secrets += every_key()
        self._endpoints = tuple(endpoints)
        found = [read_address(endpoint) for endpoint in endpoints]
        hosts = {re.escape(one.host) for one in found if isinstance(one, Address)}
        # A path may be a key as well as a name.
        path = rf"(?P<host>//(?:{'|'.join(sorted(hosts))})(?::\d+)?)/[^\s\"',;)]+"
        self._path = re.compile(path) if hosts else None
        # The longest first: one may be a part of another.
        known = {value for value in secrets if len(value) >= LEAST_SECRET}
        self._secrets = sorted(known, key=len, reverse=True)
        homes = {str(home), str(home.resolve())} if home else set[str]()
        self._homes = sorted(homes, key=len, reverse=True)
        self._host = platform.node() if home else ""

    def text(self, text: str) -> str:
        """The text without what is nobody's business."""
        for endpoint in self._endpoints:
            text = text.replace(endpoint, safe_endpoint(endpoint))
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = mask_secrets(_strip_addresses(text))
        text = self._path.sub(r"\g<host>", text) if self._path else text
        for home in self._homes:
            if len(home) > 1:
                text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)
        if len(self._host) >= LEAST_SECRET:
            text = text.replace(self._host, "HOST")
        return text

    def value(self, value: JsonValue) -> JsonValue:
        """JSON in which every text is without it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.value(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one) for one in cast("Iterable[JsonValue]", value)]
        return value


def _strip_addresses(text: str) -> str:
    """Addresses without a user, and without what follows a question mark."""
    text = re.sub(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@?#]{1,300}@", r"\1", text)
    return re.sub(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s?#]{1,500})[?#][^\s\"']{1,2000}", r"\1", text)


def write_report(report: "Report", scrubber: Scrubber, folder: Path) -> Path:
    """Write the file into a folder, for its owner alone. Raises OSError."""
    encoded = cast("dict[str, JsonValue]", scrubber.value(report.encode()))
    moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    path = folder / f"inhouse-report-{moment}.md"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(describe(encoded))
    return path


def describe(encoded: Mapping[str, JsonValue]) -> str:
    """The report as Markdown: checks to read, and all facts as JSON."""
    lines = [
        "# inhouse: report of a problem",
        "",
        "What I did, what happened, what I expected:",
        "",
    ]
    lines += ["", "## Checks", ""]
    for check in cast("list[dict[str, str]]", encoded["checks"]):
        text = sanitise_line(" ".join(check["text"].split()))
        lines.append(f"- {check['state']}: {check['name']}: {text}")
    body = json.dumps(encoded, indent=1, ensure_ascii=True)
    return "\n".join([*lines, "", "## Facts", "", "```json", body, "```", ""])
