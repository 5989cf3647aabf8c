"""The wheel holds everything, and it is noticed when it does not."""

import zipfile
from pathlib import Path

import pytest
from build_wheel import build_wheel, missing_from


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_nothing_is_missing(wheel: Path) -> None:
    assert missing_from(wheel) == []
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    assert "inhouse_models/catalogue.toml" in names
    assert not [name for name in names if name.startswith(("tests/", "scripts/"))]


def test_what_is_missing_is_named(wheel: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.whl"
    lost = {"inhouse_models/catalogue.toml", "inhouse_tools/syntax/queries/go.scm"}
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(torn, "w") as part:
        for name in whole.namelist():
            if name not in lost:
                part.writestr(name, whole.read(name))
    assert missing_from(torn) == sorted(lost)
