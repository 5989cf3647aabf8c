"""What a person is told who starts serving: the address, the token, and how to use them."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPEN_TO_OTHERS = (
    "Every machine that reaches {} can ask this one now, if it has the token; what is asked and"
    " answered is not encrypted. Put a proxy with TLS before it, or leave out --host."
)
OPEN_TO_ALL_HERE = (
    "Every program and every person on this machine can ask now, since --no-token asks for no"
    " token. Web pages are refused all the same."
)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a model is served, and with which token."""

    url: str
    model: str
    context: int
    token_file: Path | None
    confined: bool

    def encode(self) -> dict[str, Any]:
        """For programs; the token itself is only in its file."""
        return {
            "type": "serving",
            "url": self.url,
            "base_url": f"{self.url}/v1",
            "model": self.model,
            "context_size": self.context,
            "token_file": str(self.token_file) if self.token_file else None,
            "confined": self.confined,
        }

    def text(self) -> str:
        """For a person."""
        shell, python, vim, header = "none", "'none'", "''", ""
        if self.token_file is not None:
            path = str(self.token_file)
            shell = f'"$(cat {shlex.quote(path)})"'
            python = f"open({path!r}).read().strip()"
            vim = "readfile('{}')[0]".format(path.replace("'", "''"))
            header = f" \\\n    -H Authorization:\\ Bearer\\ {shell}"
        return f"""\
Serving {self.model} ({self.context:,} tokens of context) at {self.url}; Ctrl+C ends it.

  base URL   {self.url}/v1
  API key    {f"the text in {self.token_file}" if self.token_file else "none is asked for"}

  curl {self.url}/v1/chat/completions -H Content-Type:application/json{header} \\
    -d '{{"messages": [{{"role": "user", "content": "Say hello."}}]}}'

  export OPENAI_BASE_URL={self.url}/v1 OPENAI_API_KEY={shell}
  OpenAI(base_url="{self.url}/v1", api_key={python})
  let g:llama_config = #{{endpoint_fim: '{self.url}/infill', api_key: {vim}}}
"""
