"""What an editor sends as a prompt, as the agent reads it."""

from pathlib import Path

from acp import (
    embedded_blob_resource,
    embedded_text_resource,
    image_block,
    resource_block,
    resource_link_block,
    text_block,
)
from acp.helpers import audio_block

from inhouse.acp.content import read_prompt

ROOT = Path("/work space")


def test_mentions_and_selections_stand_in_the_text() -> None:
    selected = embedded_text_resource("file:///work%20space/a.py#L3:4", "x = '```'\n")
    prompt = read_prompt(
        [
            text_block("Look at "),
            resource_link_block("b.py", "file:///work%20space/src/b.py"),
            text_block(" and "),
            resource_block(selected),
            resource_link_block("page", "https://example.org/page"),
        ],
        ROOT,
    )
    assert prompt.text == (
        "Look at src/b.py and a.py (lines 3-4)https://example.org/page\n\n"
        "a.py (lines 3-4)\n````\nx = '```'\n````"
    )
    assert prompt.images == prompt.refused == ()


def test_images_are_taken_and_what_cannot_be_is_said() -> None:
    prompt = read_prompt(
        [
            image_block("aGk=", "image/png"),
            image_block("aGk=", "image/svg+xml"),
            audio_block("aGk=", "audio/wav"),
            resource_block(embedded_blob_resource("file:///tmp/x.bin", "aGk=")),
        ],
        ROOT,
    )
    assert prompt.text == ""
    assert prompt.images == ("data:image/png;base64,aGk=",)
    assert [text.partition(" ")[0] for text in prompt.refused] == [
        "image/svg+xml",
        "Sound",
        "file:///tmp/x.bin",
    ]
