"""Engine hosts that the tests of a file share."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inhouse_models.host.control import stop_engines


@pytest.fixture(scope="module")
def lasting_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A home and a short folder of sockets, by their variables; the hosts in it end here."""
    with tempfile.TemporaryDirectory("", "inhouse-", "/tmp", ignore_cleanup_errors=True) as sockets:
        folders = {"HOME": str(tmp_path_factory.mktemp("home")), "XDG_RUNTIME_DIR": sockets}
        yield folders
        with pytest.MonkeyPatch.context() as patch:
            for name, value in folders.items():
                patch.setenv(name, value)
            asyncio.run(stop_engines())


@pytest.fixture
def shared_hosts(
    home: Path, lasting_folders: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that this test starts, or finds, is there for the next test of its file as well."""
    del home  # It sets these variables too, and must have done so before.
    for name, value in lasting_folders.items():
        monkeypatch.setenv(name, value)
