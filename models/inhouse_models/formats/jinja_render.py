"""Run chat templates within limits: the child process of the engine host that does only this."""

import json
import resource
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 2
TEXT_CHARACTERS = 1 << 25

# What code of a template can raise by doing something senseless; each is the template's fault.
TEMPLATE_ERRORS = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


class GenerationTag(Extension):
    """The `{% generation %}` block of Transformers: only its body counts."""

    tags = {"generation"}  # noqa: RUF012 (jinja2 declares it as an instance attribute)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Replace the block by its body."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def template_environment() -> ImmutableSandboxedEnvironment:
    """A sandbox with what Transformers offers to chat templates."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[GenerationTag, "jinja2.ext.loopcontrols"],
    )
    environment.filters["tojson"] = _tojson
    environment.filters["from_json"] = json.loads
    return environment


def render_template(template: str, variables: Mapping[str, object]) -> str:
    """The text of a template. Raises one of TEMPLATE_ERRORS when the template cannot be run."""
    functions = {"raise_exception": _raise_exception, "strftime_now": _strftime_now}
    parts: list[str] = []
    length = 0
    for part in _compile(template).generate(functions, **variables):
        length += len(part)
        if length > TEXT_CHARACTERS:
            raise jinja2.TemplateRuntimeError(f"it writes more than {TEXT_CHARACTERS} characters")
        parts.append(part)
    return "".join(parts)


def answer(line: str) -> str:
    """Answer one request, a JSON object with template and variables, by text or error."""
    request = json.loads(line)
    try:
        text = render_template(request["template"], request["variables"])
    except MemoryError:
        return json.dumps({"error": f"it takes more than {MEMORY_BYTES >> 30} GiB of memory"})
    except TEMPLATE_ERRORS as error:
        return json.dumps({"error": str(error) or type(error).__name__})
    return json.dumps({"text": text})


def main() -> None:
    """Answer requests, one JSON object a line, until the input ends.

    Memory is limited for the process and processor time for each request; a template that uses
    more of the latter ends the process, which the caller sees as the end of the output.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":  # macOS refuses this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        allowed = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
        sys.stdout.write(answer(line) + "\n")
        sys.stdout.flush()


@lru_cache(maxsize=4)
def _compile(template: str) -> jinja2.Template:
    return template_environment().from_string(template)


def _tojson(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    # Jinja's own filter escapes for HTML, which would put \u003c into prompts.
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def _raise_exception(text: str) -> None:
    raise jinja2.TemplateRuntimeError(text)


def _strftime_now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)


if __name__ == "__main__":
    main()
