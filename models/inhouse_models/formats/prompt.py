"""From a conversation to the pieces of a prompt, by way of the model's own template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inhouse_models.chat import Message, ToolSpec
from inhouse_models.formats.family import Family, FormName
from inhouse_models.formats.masking import Masks
from inhouse_models.formats.pieces import Piece, lay_out
from inhouse_models.formats.template_messages import TemplateMessages


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """Why a template gave no prompt, in a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to tokenise, in order. `thinking_open`: it ends inside the thinking of the answer."""

    pieces: tuple[Piece, ...]
    thinking_open: bool

    @property
    def text(self) -> str:
        """The prompt as one string, as other clients would see it."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Draft:
    """A prompt before its template has run: `variables` go to the template as JSON."""

    variables: Mapping[str, object]
    masks: Masks
    literals: Sequence[str]
    last_covered: str

    def finish(self, rendered: str) -> Prompt | TemplateFault:
        """The prompt from the text that the template made of the variables."""
        if self.last_covered:
            before, found, rendered = rendered.rpartition(self.last_covered)
            if not found or self.last_covered in before:
                return TemplateFault("The chat template does not show earlier answers as they are.")
        runs = self.masks.unmask(rendered)
        if runs is None:
            return TemplateFault("The chat template changes the text of messages.")
        thinking_open = runs[-1].template and runs[-1].text.rstrip().endswith("<think>")
        return Prompt(lay_out(runs, self.literals), thinking_open)


def draft_prompt(  # noqa: PLR0913 (each is a fact of one request)
    messages: Sequence[Message],
    tools: Sequence[ToolSpec],
    *,
    family: Family,
    form: FormName,
    think: bool | None = None,
    covered: int = 0,
    literals: Sequence[str] = (),
    extra: Mapping[str, object] | None = None,
) -> Draft:
    """Prepare a conversation for its template.

    `covered`: the first messages whose token ids are known, ending with an answer; the prompt is
    then only what follows that answer, its end of turn included. `think` None leaves thinking to
    the template. `literals`: the text of every control and user-defined token of the vocabulary.
    `extra`: more template variables, such as `bos_token`.
    """
    masks = Masks()
    last_covered = masks.mask_once("") if covered else ""
    writer = TemplateMessages(masks, family, form)
    shown = [writer.message(message) for message in messages]
    if covered:
        shown[covered - 1] = {"role": "assistant", "content": last_covered}
    variables: dict[str, object] = {
        "bos_token": "",
        "eos_token": "",
        **(extra or {}),
        "messages": shown,
        "add_generation_prompt": True,
        "preserve_thinking": True,
    }
    if think is not None:
        variables["enable_thinking"] = think
    if tools and form == "fenced":
        variables["messages"] = writer.with_tools(shown, tools)
    elif tools and form != "plain":
        variables["tools"] = [writer.tool(tool) for tool in tools]
    return Draft(variables, masks, literals, last_covered)
