"""First source of model files: the Hugging Face hub, or whatever HF_ENDPOINT names.

huggingface_hub knows addresses, tokens and hashes; it is slow to import, so only when a download
is asked for. The bytes are streamed here, because its own download starts again from nothing
after an interruption.
"""

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from inhouse_models.catalogue import RemoteFile
from inhouse_models.transfer import (
    Fetched,
    Progress,
    SourceFault,
    hash_file,
    missing_room,
)

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

ATTEMPTS = 5
_REFERENCE = re.compile(
    r"(?P<repository>[\w.-]+/[\w.-]+)(?:/(?P<file>.+\.gguf)|:(?P<quant>[\w.-]+))"
)
_SPLIT = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
_OFFLINE = SourceFault("the hub is not asked: HF_HUB_OFFLINE is set")


@dataclass(frozen=True, slots=True)
class _Offer:
    """What the hub says of a file: where it is, how long it is, which hash it has."""

    address: str
    headers: Mapping[str, str]
    size: int
    sha256: str
    source: str


async def resolve_reference(text: str) -> RemoteFile | SourceFault | None:
    """The file meant by `OWNER/REPO/FILE.gguf` or `OWNER/REPO:QUANT`; None for other texts."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    if match["file"]:
        return RemoteFile(match["repository"], match["file"])
    return await asyncio.to_thread(_find_quantisation, match["repository"], match["quant"])


async def fetch_from_hub(
    remote: RemoteFile, folder: Path, progress: Progress, *, pause: float = 1.0
) -> Fetched | SourceFault:
    """Fetch `remote` into `folder`, going on where an earlier try stopped.

    A connection that breaks is taken up again after `pause` seconds, up to ATTEMPTS times
    without a new byte. Cancelling keeps what is there.
    """
    offer = await asyncio.to_thread(_ask_hub, remote)
    if isinstance(offer, SourceFault):
        return offer
    partial = _open_partial(folder, offer.sha256)
    if fault := missing_room(folder, offer.size - _present(partial)):
        return fault
    fault = await _complete(offer, partial, progress, pause)
    if fault:
        return fault
    digest = await hash_file(partial, progress, f"checking {remote.file}")
    if digest.hexdigest() != offer.sha256:
        _drop(partial)
        return SourceFault(f"the hub sent {remote.file} with a wrong hash; it was thrown away")
    return Fetched(partial, offer.sha256, offer.source)


async def _complete(
    offer: _Offer, partial: Path, progress: Progress, pause: float
) -> SourceFault | None:
    failures = 0
    headers = {**offer.headers, "Accept-Encoding": "identity"}
    async with httpx.AsyncClient(headers=headers, timeout=30, follow_redirects=True) as client:
        while (start := _present(partial)) < offer.size:
            fault = await _stream(client, offer, partial, progress)
            if fault:
                return fault
            present = _present(partial)
            failures = 0 if present > start else failures + 1
            if failures == ATTEMPTS:
                return SourceFault(
                    f"the connection to {httpx.URL(offer.address).host} broke at {present:,} of "
                    f"{offer.size:,} bytes; what is there is kept, so pull again to go on"
                )
            if present < offer.size:
                await asyncio.sleep(pause)
    return None


async def _stream(
    client: httpx.AsyncClient, offer: _Offer, partial: Path, progress: Progress
) -> SourceFault | None:
    """Add what comes to `partial`. A broken connection is no fault: the caller looks how far."""
    start = _present(partial)
    wish = {"Range": f"bytes={start}-"} if start else {}
    try:
        async with client.stream("GET", offer.address, headers=wish) as response:
            if response.status_code in (408, 429, 500, 502, 503, 504):
                return None
            if start and response.status_code == 416:
                _drop(partial)
                return None
            if response.status_code not in (200, 206):
                return SourceFault(f"the hub answered {response.status_code} to the download")
            if response.status_code == 200:
                start = 0
            elif not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                return SourceFault("the hub sent another part of the file than was asked for")
            with partial.open("ab" if start else "wb") as file:
                async for piece in response.aiter_raw():
                    start += file.write(piece)
                    if start > offer.size:
                        return SourceFault("the hub sent more bytes than it had announced")
                    progress(start, offer.size, "downloading from the hub")
    except httpx.TransportError:
        return None
    return None


def _open_partial(folder: Path, sha256: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"hub-{sha256[:16]}.part"
    partial.touch()
    return partial


def _present(partial: Path) -> int:
    return partial.stat().st_size


def _drop(partial: Path) -> None:
    os.truncate(partial, 0)


def _ask_hub(remote: RemoteFile) -> _Offer | SourceFault:
    if _is_offline():
        return _OFFLINE
    from huggingface_hub import HfApi, get_token, hf_hub_url

    endpoint = os.environ.get("HF_ENDPOINT") or None
    address = hf_hub_url(
        remote.repository, remote.file, revision=remote.revision, endpoint=endpoint
    )
    try:
        metadata = HfApi(endpoint=endpoint).get_hf_file_metadata(url=address)
    except _hub_errors() as error:
        return SourceFault(_explain(error, f"{remote.repository}/{remote.file}"))
    token = get_token()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return _read_offer(remote, metadata, endpoint, headers)


def _read_offer(
    remote: RemoteFile,
    metadata: "HfFileMetadata",
    endpoint: str | None,
    headers: Mapping[str, str],
) -> _Offer | SourceFault:
    from huggingface_hub import hf_hub_url

    size, tag = metadata.size, metadata.etag or ""
    offered = tag if re.fullmatch(r"[0-9a-f]{64}", tag) else None
    sha256 = remote.sha256 or offered
    if sha256 is None or size is None:
        return SourceFault(f"the hub gives no hash or no size for {remote.file}, so it is not used")
    if (offered or sha256) != sha256 or (remote.size or size) != size:
        return SourceFault(f"the hub's {remote.file} is not the file of our catalogue")
    revision = metadata.commit_hash or remote.revision
    # The commit in the address: the file cannot change between two halves of a download.
    address = hf_hub_url(remote.repository, remote.file, revision=revision, endpoint=endpoint)
    return _Offer(address, headers, size, sha256, f"{remote.repository}/{remote.file}")


def _find_quantisation(repository: str, quantisation: str) -> RemoteFile | SourceFault:
    if _is_offline():
        return _OFFLINE
    from huggingface_hub import HfApi

    try:
        files = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None).list_repo_files(repository)
    except _hub_errors() as error:
        return SourceFault(_explain(error, repository))
    ending = re.compile(rf"[-._]{re.escape(quantisation)}\.gguf$", re.IGNORECASE)
    matches = sorted((name for name in files if ending.search(name)), key=len)
    if matches:
        return RemoteFile(repository, matches[0])
    models = [name for name in files if name.endswith(".gguf") and not _SPLIT.search(name)]
    offered = ", ".join(models[:20]) or "no single GGUF file"
    return SourceFault(f"{repository} has no file for {quantisation}; it has {offered}")


def _is_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _hub_errors() -> tuple[type[Exception], ...]:
    from huggingface_hub.errors import HfHubHTTPError

    # Its base is the error of the HTTP library, which differs between versions of the hub client.
    bases = (base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception))
    return (OSError, *bases)


def _explain(error: Exception, what: str) -> str:
    from huggingface_hub import errors

    place = os.environ.get("HF_ENDPOINT") or "the hub"
    if isinstance(error, errors.GatedRepoError):
        return f"{what} asks for an agreement: accept it on its page, then set HF_TOKEN"
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"{place} has no repository for {what}, or it is private and HF_TOKEN is not set"
    if isinstance(error, errors.EntryNotFoundError | errors.RevisionNotFoundError):
        return f"{place} has no file {what}"
    if isinstance(error, errors.HfHubHTTPError):
        return f"{place} answered {error.response.status_code} for {what}"
    return f"{place} cannot be reached ({type(error).__name__})"
