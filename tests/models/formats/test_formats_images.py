"""Images in prompts: one piece each, also within the result of a call, in every family."""

import pytest
from tests.models.formats.format_samples import TOOLS, build_prompt, read_template

from inhouse_models.chat import Message, ToolCall
from inhouse_models.formats import Prompt, choose_form, detect_family

URL = "data:image/png;base64,AA=="


@pytest.mark.parametrize("name", ["qwen2.5", "qwen3", "qwen3-coder", "qwen3.5", "qwen3.6"])
def test_the_image_of_a_result_stands_before_its_text(name: str) -> None:
    template = read_template(name)
    form = choose_form(detect_family(template), "native")
    calls = (ToolCall("1", "read", '{"file_path": "a.png"}'),)

    def prompt(*images: str) -> Prompt:
        messages = (
            Message("user", "Look."),
            Message("assistant", "", calls=calls),
            Message("tool", "a.png is an image.", images, answers="1"),
        )
        built = build_prompt(template, messages, TOOLS, form=form)
        assert isinstance(built, Prompt)
        return built

    pieces = prompt(URL).pieces
    (place,) = (number for number, piece in enumerate(pieces) if piece.image)
    assert pieces[place].image == URL
    assert pieces[place + 1].text.startswith("a.png is an image.")
    assert "".join(piece.text for piece in pieces) == "".join(p.text for p in prompt().pieces)
