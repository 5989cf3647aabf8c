"""The template child: answers, faults, and templates that want to run for ever."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[3] / "models"


def run_child(*templates: str, variables: dict[str, object] | None = None) -> list[dict[str, str]]:
    requests = [json.dumps({"template": one, "variables": variables or {}}) for one in templates]
    child = subprocess.run(
        [sys.executable, "-m", "inhouse_models.formats.jinja_render"],
        input="\n".join(requests),
        env={"PYTHONPATH": str(MODELS)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return [json.loads(line) for line in child.stdout.splitlines()]


def test_child_answers_line_by_line() -> None:
    answers = run_child(
        "{{ name | tojson }}",
        "{{ raise_exception('No user query.') }}",
        "{% for x in [1, 2] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}",
        "{% generation %}{{ strftime_now('%Y') | length }}{% endgeneration %}",
        variables={"name": "<é>"},
    )
    assert answers == [
        {"text": '"<é>"'},
        {"error": "No user query."},
        {"text": "1"},
        {"text": "4"},
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ 'x' * 3000000000 }}",
        "{% macro loop() %}{{ loop() }}{% endmacro %}{{ loop() }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxx{% endfor %}{% endfor %}",
        "{{ messages[0].role }}",
        "{% if %}",
    ],
)
def test_bad_templates_are_faults(template: str) -> None:
    """Case M02: escapes, floods and nonsense give an error and the child lives on."""
    fault, after = run_child(template, "ok")
    assert list(fault) == ["error"]
    assert after == {"text": "ok"}


def test_endless_template_ends_the_child() -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    assert run_child("ok", endless, "never") == [{"text": "ok"}]
