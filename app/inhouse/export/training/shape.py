"""A conversation as one JSON object in the shape of OpenAI's fine-tuning data.

Read by TRL, Unsloth, Axolotl, LLaMA-Factory and mlx-lm: `messages` with roles, `tool_calls` and
`tool_call_id`, and `tools` beside them. `reasoning_content` is what Qwen's templates call thinking.
`train` says which answers are to be learned, for Axolotl's `message_field_training`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from inhouse.export.training.masking import Masker, names_env_file
from inhouse_models.chat import Message, ToolCall, ToolSpec
from inhouse_models.formats.call_format import CLOSE, OPEN
from inhouse_models.formats.fenced import FencedFormat
from inhouse_models.formats.json_values import is_array, is_object, read_json, write_json

if TYPE_CHECKING:
    from inhouse.export.training.conversation import Conversation

IMAGE_NOTE: Final = "[An image stood here. It is left out.]"
MOST_DEPTH: Final = 100
RESULT: Final = "Result of the call:\n{}"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How conversations are written.

    `thinking`: it stays in the answers. `calls` are those of OpenAI, or text in the fenced form
    that inhouse holds small models to. `arguments` of calls are JSON as text, as OpenAI has them,
    or as an object, as the templates of some models want them.
    """

    thinking: bool = True
    calls: Literal["openai", "fenced"] = "openai"
    arguments: Literal["text", "object"] = "text"


@dataclass(frozen=True, slots=True)
class Example:
    """A line of training data, and what is to be said of it."""

    line: Json
    learned: int
    characters: int
    images: int
    masked_answers: int


def learn_secrets(conversation: "Conversation", masker: Masker) -> None:
    """Notes every secret of a conversation before anything of it is masked."""
    env_calls = _calls_for_env(conversation)
    for said in conversation.messages:
        message = said.message
        variables = message.answers in env_calls
        for text in (message.text, message.thinking):
            masker.learn(text, variables=variables)
        for call in message.calls:
            for text in _strings(call):
                masker.learn(text, variables=call.id in env_calls)


def write_example(conversation: "Conversation", shape: Shape, masker: Masker) -> Example:
    """The conversation without secrets and images."""
    env_calls = _calls_for_env(conversation)
    messages: list[Json] = []
    spelled: set[str] = set()
    learned = characters = images = masked_answers = 0
    for said in conversation.messages:
        before = masker.secrets
        message = _masked(said.message, masker, env_calls)
        changed = said.message.role == "assistant" and masker.secrets > before
        images += len(message.images)
        learn = said.learn and not changed and _readable(message.calls)
        masked_answers += said.learn and changed
        learned += learn
        shown = _message(message, shape, spelled)
        characters += _length(shown) if learn else 0
        messages.append({**shown, "train": learn})
    line: Json = {"messages": messages}
    if shape.calls == "fenced":
        _describe_tools(messages, conversation.tools)
    else:
        line["tools"] = [_tool(tool) for tool in conversation.tools]
    line |= {"session": conversation.session, "model": masker.mask(conversation.model)}
    return Example(line, learned, characters, images, masked_answers)


def _calls_for_env(conversation: "Conversation") -> set[str]:
    """The ids of calls that read or write .env files."""
    return {
        call.id
        for said in conversation.messages
        for call in said.message.calls
        if any(map(names_env_file, _strings(call)))
    }


def _masked(message: Message, masker: Masker, env_calls: set[str]) -> Message:
    return replace(
        message,
        text=masker.mask(message.text, variables=message.answers in env_calls),
        thinking=masker.mask(message.thinking),
        calls=tuple(_masked_call(call, masker, call.id in env_calls) for call in message.calls),
    )


def _masked_call(call: ToolCall, masker: Masker, variables: bool) -> ToolCall:
    """Secrets are looked for in the decoded texts: escapes would hide them."""
    given, arguments = _arguments(call), call.arguments
    if given is None:
        arguments = masker.mask(arguments, variables=variables)
    else:
        masked = _map_strings(given, lambda text: masker.mask(text, variables=variables))
        arguments = write_json(masked) if masked != given else arguments
    return ToolCall(call.id, masker.mask(call.name), arguments)


def _message(message: Message, shape: Shape, spelled: set[str]) -> Json:
    """One message; `spelled` are ids of calls that nobody can read: these and their results are
    texts. The fenced form keeps results as they are, since templates know their role."""
    text = "\n\n".join(filter(None, (*[IMAGE_NOTE] * len(message.images), message.text)))
    if message.role == "tool" and message.answers in spelled:
        return {"role": "user", "content": RESULT.format(text)}
    shown: Json = {"role": message.role, "content": text}
    if message.thinking and shape.thinking:
        shown["reasoning_content"] = message.thinking
    if message.role == "tool":
        shown["tool_call_id"] = message.answers
    if not message.calls:
        return shown
    if shape.calls == "openai" and _readable(message.calls):
        shown["tool_calls"] = [_call(call, shape) for call in message.calls]
        return shown
    if shape.calls == "openai":
        spelled.update(call.id for call in message.calls)
    shown["content"] = "\n".join(filter(None, (text, *map(_spell, message.calls))))
    return shown


def _readable(calls: Sequence[ToolCall]) -> bool:
    """Whether the arguments of every call are a JSON object."""
    return all(_arguments(call) is not None for call in calls)


def _arguments(call: ToolCall) -> Mapping[str, object] | None:
    """The arguments of a call; None where they are no JSON object, or nested beyond all reason."""
    value = read_json(call.arguments)
    return value if is_object(value) and _is_shallow(value) else None


def _is_shallow(value: object, left: int = MOST_DEPTH) -> bool:
    """Whether a value is not so deeply nested that it could exhaust the stack."""
    below = value.values() if is_object(value) else value if is_array(value) else ()
    return left > 0 and all(_is_shallow(one, left - 1) for one in below)


def _call(call: ToolCall, shape: Shape) -> Json:
    arguments = call.arguments if shape.arguments == "text" else _arguments(call)
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}


def _spell(call: ToolCall) -> str:
    """A call in the fenced form; one that nobody can read stays as it was written."""
    arguments = _arguments(call)
    written = f"\n{call.arguments}\n"
    if arguments is not None:
        written = FencedFormat().write(call.name, arguments)
    return f"{OPEN}{written}{CLOSE}"


def _describe_tools(messages: list[Json], tools: Sequence[ToolSpec]) -> None:
    """The system message describes the tools, as inhouse writes it for the fenced form."""
    text = FencedFormat().prompt(tools)
    if messages and messages[0]["role"] == "system":
        messages[0]["content"] = f"{messages[0]['content']}\n\n{text}"
    else:
        messages.insert(0, {"role": "system", "content": text, "train": False})


def _tool(tool: ToolSpec) -> Json:
    function = {"name": tool.name, "description": tool.description}
    return {"type": "function", "function": {**function, "parameters": dict(tool.parameters)}}


def _length(shown: Json) -> int:
    calls = shown.get("tool_calls", ())
    written = sum(len(str(call["function"]["arguments"])) for call in calls)
    return len(shown["content"]) + len(shown.get("reasoning_content", "")) + written


def _map_strings(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if is_object(value):
        return {change(key): _map_strings(one, change) for key, one in value.items()}
    if is_array(value):
        return [_map_strings(one, change) for one in value]
    return value


def _strings(call: ToolCall) -> list[str]:
    """Every text in the arguments of a call; all of it where it cannot be read."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    arguments = _arguments(call)
    if arguments is None:
        return [call.arguments]
    _map_strings(arguments, note)
    return found
