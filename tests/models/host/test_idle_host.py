"""A host that nobody asks ends by itself."""

import asyncio
import os
from pathlib import Path

import pytest
from tests.models.host.telling import start_and_tell, told_id

from inhouse_models.chat import ModelInfo
from inhouse_models.host.control import engine_status
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

pytestmark = pytest.mark.model


def test_an_idle_host_ends_by_itself(tiny_qwen2: Path, tmp_path: Path) -> None:
    told = tmp_path / "pid"

    async def main() -> None:
        options = HostOptions(context=2048, idle_seconds=0.5)
        client = LocalClient(LocalModel(tiny_qwen2), options, start_and_tell(told))
        try:
            assert isinstance(await client.info(), ModelInfo)
            # Its socket stays in place, so the end of the process is what counts.
            waiting = asyncio.to_thread(os.waitpid, told_id(told), 0)
            assert (await asyncio.wait_for(waiting, 60))[0] == told_id(told)
            assert await engine_status() == []
        finally:
            await client.close()

    asyncio.run(main())
