"""What a person writes behind --lora."""

from pathlib import Path

import pytest

from inhouse_models.adapter import Adapter
from inhouse_models.host.arguments import parse_arguments
from inhouse_models.host.spawn import HostOptions


@pytest.mark.parametrize(
    ("text", "path", "scale"),
    [
        ("a.gguf", "a.gguf", 1.0),
        ("a.gguf:0.5", "a.gguf", 0.5),
        ("a.gguf:0", "a.gguf", 0.0),
        ("a.gguf:-1", "a.gguf", -1.0),
        ("a:b.gguf", "a:b.gguf", 1.0),
        ("a.gguf:", "a.gguf:", 1.0),
        ("a.gguf:nan", "a.gguf:nan", 1.0),
        (":2", ":2", 1.0),
        ("a:2:1", "a:2", 1.0),
    ],
)
def test_a_scale_stands_behind_the_last_colon(text: str, path: str, scale: float) -> None:
    assert Adapter.parse(text) == Adapter(Path(path), scale)


def test_the_home_folder_is_known(home: Path) -> None:
    assert Adapter.parse("~/a.gguf:2") == Adapter(home / "a.gguf", 2.0)


def test_the_host_gets_the_adapters_as_they_are() -> None:
    lora = (Adapter(Path("/a:1")), Adapter(Path("/b c.gguf"), 0.1))
    words = HostOptions(model=Path("/model.gguf"), lora=lora).arguments()
    assert tuple(parse_arguments(["--fd", "3", *words]).lora) == lora
    assert HostOptions(model=Path("/model.gguf")).arguments() != words
