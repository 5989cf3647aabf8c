"""Messages and tools as chat templates expect them, with all content masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inhouse_models.chat import Message, ToolCall, ToolSpec
from inhouse_models.formats.call_format import CLOSE, OPEN
from inhouse_models.formats.family import Family, FormName
from inhouse_models.formats.fenced import FencedFormat
from inhouse_models.formats.json_values import is_object, read_json
from inhouse_models.formats.masking import Masks


@dataclass(frozen=True, slots=True)
class TemplateMessages:
    """Writes the variables of a template."""

    masks: Masks
    family: Family
    form: FormName

    def message(self, message: Message) -> dict[str, object]:
        """One message. What a template cannot show becomes part of the message's text."""
        # Models are trained to see first and to be asked then.
        images = "".join(self.masks.mask_image(image) for image in message.images)
        text = images + self.masks.mask(message.text)
        if message.role == "tool" and not self.family.tool_role:
            return {"role": "user", "content": f"Result of the call:\n{text}"}
        shown: dict[str, object] = {"role": message.role}
        if message.role == "tool":
            shown["tool_call_id"] = self.masks.mask(message.answers)
        if message.thinking and self.family.thinks:
            shown["reasoning_content"] = self.masks.mask(message.thinking)
        calls = [self._native_call(call) for call in message.calls]
        if calls and None not in calls:
            shown["tool_calls"] = calls
        elif calls:
            blocks = [text, *(self._spelled_call(call) for call in message.calls)]
            text = "\n".join(block for block in blocks if block)
        shown["content"] = text
        return shown

    def tool(self, tool: ToolSpec) -> dict[str, object]:
        """One tool, for templates that describe tools themselves."""
        masked = self._masked_tool(tool)
        function = {
            "name": masked.name,
            "description": masked.description,
            "parameters": masked.parameters,
        }
        return {"type": "function", "function": function}

    def with_tools(
        self, shown: Sequence[dict[str, object]], tools: Sequence[ToolSpec]
    ) -> list[dict[str, object]]:
        """Messages whose system message also describes the tools in the fenced form."""
        text = FencedFormat().prompt([self._masked_tool(tool) for tool in tools])
        if shown and shown[0]["role"] == "system":
            first = {**shown[0], "content": f"{shown[0]['content']}\n\n{text}"}
            return [first, *shown[1:]]
        return [{"role": "system", "content": text}, *shown]

    def _masked_tool(self, tool: ToolSpec) -> ToolSpec:
        parameters = self.masks.mask_schema(tool.parameters)
        return ToolSpec(
            self.masks.mask(tool.name),
            self.masks.mask(tool.description),
            parameters if is_object(parameters) else {},
        )

    def _native_call(self, call: ToolCall) -> Mapping[str, object] | None:
        """A call for the template to write; None when it has to be spelled out."""
        arguments = read_json(call.arguments)
        if self.form not in {"hermes", "xml"} or not is_object(arguments):
            return None
        function = {
            "name": self.masks.mask(call.name),
            "arguments": self.masks.mask_json(arguments),
        }
        return {"id": self.masks.mask(call.id), "type": "function", "function": function}

    def _spelled_call(self, call: ToolCall) -> str:
        arguments = read_json(call.arguments)
        written = f"\n{call.arguments}\n"
        if is_object(arguments):
            written = FencedFormat().write(call.name, arguments)
        return f"{OPEN}{self.masks.mask(written)}{CLOSE}"
