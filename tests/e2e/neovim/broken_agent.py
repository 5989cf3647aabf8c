"""An agent that breaks the protocol in every way it can, and then ends."""

import json
import sys
from typing import Any


def write(line: str) -> None:
    """One line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell(**message: Any) -> None:
    """One message."""
    write(json.dumps({"jsonrpc": "2.0", **message}))


def update(**fields: Any) -> None:
    """One update of the session."""
    tell(method="session/update", params={"sessionId": "s1", "update": fields})


def say(text: str) -> None:
    """A piece of an answer."""
    update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": text})


def misbehave() -> None:
    """What is no message, unknown, or of the wrong shape; the connection must go on."""
    say("before ")
    write("no json {")
    write('[1, 2]\n\n42\n"text"')
    write(json.dumps({"jsonrpc": "2.0", "id": 999, "result": {}}))
    tell(method="session/update", params={"sessionId": "other", "update": {}})
    tell(method="session/update", params={"sessionId": "s1", "update": 7})
    tell(method="session/update", params=[1])
    update(sessionUpdate="from_the_future", content=3)
    update(sessionUpdate="agent_message_chunk", content="no block")
    update(sessionUpdate="tool_call", toolCallId="c", title="\x1b]0;title\x07odd", content=[3, {}])
    update(sessionUpdate="tool_call_update", toolCallId="c", status="strange", locations=[{}])
    update(sessionUpdate="plan", entries=[{"content": None}, 4])
    update(sessionUpdate="agent_thought_chunk", content={"type": "text", "text": "x" * 10_000_000})
    tell(id=1, method="terminal/create", params={"sessionId": "s1"})


def main() -> None:
    """Answer until the second prompt."""
    for line in sys.stdin:
        message: dict[str, Any] = json.loads(line)
        match message.get("method"):
            case "initialize":
                tell(id=message["id"], result={"protocolVersion": 1})
            case "session/new":
                tell(id=message["id"], result={"sessionId": "s1"})
            case "session/resume":
                tell(id=message["id"], result={})
                say(f"resumed {message['params']['sessionId']}")
            case "session/prompt":
                if message["params"]["prompt"][0]["text"] == "again":
                    tell(id=message["id"], result={"stopReason": "end_turn"})
                else:
                    misbehave()
            case None:
                say(f"unknown method {message['error']['code']}\n")
                say("\x1b[2Jnonsense\x07 after\n")
                sys.stderr.write("inhouse: The model is gone.\n")
                raise SystemExit(5)
            case _:
                tell(id=message["id"], error={"code": -32601, "message": "no"})


if __name__ == "__main__":
    main()
