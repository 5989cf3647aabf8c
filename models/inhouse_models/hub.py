"""First source of model files: the Hugging Face hub, or whatever HF_ENDPOINT names.

huggingface_hub knows addresses, tokens and hashes; it is slow to import, so only when a download
is asked for. The bytes are streamed by `hub_stream`, because its own download starts again from
nothing after an interruption.
"""

import asyncio
import difflib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from inhouse_models.catalogue import RemoteFile
from inhouse_models.hub_faults import (
    OFFLINE,
    connection_fault,
    gated_fault,
    hub_endpoint,
    hub_host,
    not_the_hub,
    status_fault,
    unknown_repository,
    unusable_environment,
)
from inhouse_models.hub_stream import HalfFile, Offer, Stream, busy_fault
from inhouse_models.retrying import Busy, Patience, read_busy
from inhouse_models.transfer import Fetched, Progress, SourceFault, hash_file, missing_room

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

_REFERENCE = re.compile(
    r"(?P<repository>[\w.-]+/[\w.-]+)(?:/(?P<file>.+\.gguf)|:(?P<quant>[\w.-]+))"
)
# Of a model in several files the first one stands for all of them.
_FURTHER = re.compile(r"-(?!00001)\d{5}-of-\d{5}\.gguf$")
_ANOTHER = "It was changed where it lies: choose another model, or a mirror in HF_ENDPOINT."
_NAMES_SHOWN = 20
_Answer = TypeVar("_Answer")


async def resolve_reference(text: str) -> RemoteFile | SourceFault | None:
    """The file meant by `OWNER/REPO/FILE.gguf` or `OWNER/REPO:QUANT`; None for other texts."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    if match["file"]:
        return RemoteFile(match["repository"], match["file"])
    repository, quantisation = match["repository"], match["quant"]
    return await _ask(lambda: _find_quantisation(repository, quantisation), lambda _step: None)


async def fetch_from_hub(
    remote: RemoteFile, folder: Path, progress: Progress, *, pause: float = 1.0
) -> Fetched | SourceFault:
    """Fetch `remote` into `folder`, going on where an earlier try stopped.

    A server that is busy and a connection that breaks are tried again, the first time after
    `pause` seconds. What does not have the hash is fetched once more from its beginning, if it
    was fetched in parts. Cancelling keeps what is there. Raises OSError when `folder` cannot be
    written to.
    """
    again = False
    while True:
        offer = await _ask(lambda: _ask_hub(remote), lambda step: progress(0, 0, step), pause)
        if isinstance(offer, SourceFault):
            return offer
        half = HalfFile(folder, offer.sha256)
        before = half.length
        if fault := missing_room(folder, offer.size - before):
            return fault
        stream = Stream(offer, half, progress, pause)
        if fault := await stream.complete():
            return fault
        digest = await hash_file(half.path, progress, f"checking {remote.file}")
        found = digest.hexdigest()
        if found == offer.sha256:
            return Fetched(half.path, offer.sha256, offer.source)
        half.drop()
        if again or not (before or stream.began_anew):
            return SourceFault(
                f"{remote.file} came with a wrong hash ({found[:12]}… instead of "
                f"{offer.sha256[:12]}…) and was thrown away",
                "Try again; if it stays so, choose another model, or a mirror in HF_ENDPOINT.",
            )
        again = True


async def _ask(
    question: Callable[[], _Answer | Busy | SourceFault],
    tell: Callable[[str], None],
    pause: float = 1.0,
) -> _Answer | SourceFault:
    """Ask the hub beside the loop, again when it is busy."""
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return OFFLINE
    if fault := await asyncio.to_thread(unusable_environment):
        return fault
    await asyncio.to_thread(_silence)
    patience = Patience(pause)
    while isinstance(answer := await asyncio.to_thread(question), Busy):
        if not await patience.wait(answer, tell):
            return busy_fault(answer, hub_host())
    return answer


def _silence() -> None:
    """The hub's library tells the hub by itself which agent uses it, and asks which there are."""
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_TELEMETRY = True


def _ask_hub(remote: RemoteFile) -> Offer | Busy | SourceFault:
    from huggingface_hub import HfApi, hf_hub_url
    from huggingface_hub.errors import RemoteEntryNotFoundError

    endpoint, token = hub_endpoint(), _token()
    address = hf_hub_url(
        remote.repository, remote.file, revision=remote.revision, endpoint=endpoint
    )
    api = HfApi(endpoint=endpoint, token=token or False)
    what = f"{remote.repository}/{remote.file}"
    try:
        metadata = api.get_hf_file_metadata(url=address)
    except RemoteEntryNotFoundError:
        return _no_such_file(remote)
    except _hub_errors() as error:
        return _explain(error, what)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return _read_offer(remote, metadata, headers)


def _read_offer(
    remote: RemoteFile, metadata: "HfFileMetadata", headers: Mapping[str, str]
) -> Offer | SourceFault:
    from huggingface_hub import hf_hub_url

    size, tag = metadata.size, metadata.etag or ""
    offered = tag if re.fullmatch(r"[0-9a-f]{64}", tag) else None
    sha256 = remote.sha256 or offered
    if metadata.commit_hash is None and offered is None and (size is None or size != remote.size):
        return not_the_hub(hub_host())
    if sha256 is None or size is None:
        return SourceFault(
            f"the hub gives no hash or no size for {remote.file}, so it is not used",
            "Choose another model, or download it yourself: inhouse models add PATH",
        )
    if (offered or sha256) != sha256 or (remote.size or size) != size:
        return SourceFault(f"the hub's {remote.file} is not the file of our catalogue", _ANOTHER)
    revision = metadata.commit_hash or remote.revision
    # The commit in the address: the file cannot change between two halves of a download.
    address = hf_hub_url(remote.repository, remote.file, revision=revision, endpoint=hub_endpoint())
    return Offer(address, headers, size, sha256, f"{remote.repository}/{remote.file}")


def _no_such_file(remote: RemoteFile) -> Busy | SourceFault:
    listed = _list_files(remote.repository)
    if not isinstance(listed, list):
        return listed
    near = difflib.get_close_matches(remote.file, listed, n=3)
    text = f"{hub_host()} has no file {remote.repository}/{remote.file}"
    if near:
        return SourceFault(f"{text}; near it are {', '.join(near)}", "Write one of these.")
    return SourceFault(text, f"{remote.repository} has {_name(listed)}.")


def _find_quantisation(repository: str, quantisation: str) -> RemoteFile | Busy | SourceFault:
    files = _list_files(repository)
    if not isinstance(files, list):
        return files
    named = rf"[-._]{re.escape(quantisation)}(-00001-of-\d{{5}})?\.gguf$"
    ending = re.compile(named, re.IGNORECASE)
    matches = sorted((name for name in files if ending.search(name)), key=len)
    if matches:
        return RemoteFile(repository, matches[0])
    advice = f"Write one of these as {repository}/FILE." if files else "Choose another model."
    return SourceFault(
        f"{repository} has no file for {quantisation}; it has {_name(files)}", advice
    )


def _list_files(repository: str) -> list[str] | Busy | SourceFault:
    """The GGUF files of a repository that are whole models."""
    from huggingface_hub import HfApi

    api = HfApi(endpoint=hub_endpoint(), token=_token() or False)
    try:
        files = api.list_repo_files(repository)
    except _hub_errors() as error:
        return _explain(error, repository)
    return [name for name in files if name.endswith(".gguf") and not _FURTHER.search(name)]


def _name(files: list[str]) -> str:
    more = f" and {len(files) - _NAMES_SHOWN} more" if len(files) > _NAMES_SHOWN else ""
    return ", ".join(files[:_NAMES_SHOWN]) + more if files else "no single GGUF file"


def _token() -> str | None:
    """The person's token (HF_TOKEN, or what `hf auth login` keeps), where it stays secret."""
    from huggingface_hub import get_token

    endpoint = urlsplit(hub_endpoint() or "https://")
    if endpoint.scheme == "https" or endpoint.hostname in {"localhost", "127.0.0.1", "::1"}:
        return get_token()
    return None


def _hub_errors() -> tuple[type[Exception], ...]:
    from huggingface_hub.errors import HfHubHTTPError

    # Its base is the error of the HTTP library, which differs between versions of the hub client.
    bases = (base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception))
    # ValueError is of a name that no repository can have, and of an answer that is no JSON; the
    # next two are of JSON that is no hub's.
    return (OSError, ValueError, KeyError, TypeError, *bases)


def _explain(error: Exception, what: str) -> Busy | SourceFault:
    from huggingface_hub import errors

    place, with_token = hub_host(), _token() is not None
    if isinstance(error, errors.GatedRepoError):
        return gated_fault(what, with_token=with_token)
    if isinstance(error, errors.RepositoryNotFoundError):
        return unknown_repository(what, place, with_token=with_token)
    if isinstance(error, errors.EntryNotFoundError | errors.RevisionNotFoundError):
        return SourceFault(f"{place} has no file {what}", "Look at the name.")
    if isinstance(error, errors.HFValidationError):
        return SourceFault(f"{what} is no name that a repository can have", "Look at the name.")
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        busy = read_busy(status, error.response.headers)
        return busy or status_fault(status, what, place, with_token=with_token)
    if isinstance(error, ValueError | KeyError | TypeError):
        return not_the_hub(place)
    return connection_fault(error, hub_endpoint() or "https://huggingface.co")
