"""`inhouse uninstall` beside an engine with the real model, and `inhouse serve`: both end, and
nothing of theirs stays."""

import json
import os
from pathlib import Path

import pytest
from tests.e2e.conftest import BRIEF, engines
from tests.e2e.installed import Installed

pytestmark = pytest.mark.model


def contents(places: list[Path]) -> list[str]:
    return [str(path) for place in places for path in place.rglob("*") if not path.is_dir()]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux shows what runs")
def test_engine_and_server_end_and_leave_nothing(
    inhouse: Installed, home: Path, small_model: Path
) -> None:
    places = [home, Path(os.environ["XDG_RUNTIME_DIR"])]
    assert inhouse.run("models", "add", str(small_model)).code == 0
    with inhouse.start("serve", "-m", small_model.stem, "--port", "0", "--json") as server:
        assert server.process.stdout is not None
        assert json.loads(server.process.stdout.readline())["url"]
        said = inhouse.run("-p", "What does README.md say?", "-m", small_model.stem, *BRIEF)
        # Whether it answers or calls a tool, for which no turn is left, is the model's affair.
        assert said.code in (0, 4), said
        assert len(engines()) == 1
        done = inhouse.run("uninstall", "--yes", "--json")
        assert done.code == 0, done
        assert server.process.wait(30) == 0
    report = json.loads(done.out)
    kinds = {kind["kind"] for kind in report["kinds"]}
    assert {"link", "record", "session", "log", "serving", "socket"} <= kinds
    assert report["kept"] == []
    assert engines() == []
    assert contents(places) == []
    assert small_model.exists()
