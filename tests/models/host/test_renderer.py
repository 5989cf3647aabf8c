"""Templates that run away are stopped, and what follows is rendered as if they had not been."""

import asyncio

import pytest

from inhouse_models.host.renderer import TemplateFailure, TemplateRenderer

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
WRITING = "{% for a in range(99999) %}{{ 'x' * 99999 }}{% endfor %}"
GROWING = (
    "{% set s = namespace(x='xxxxxxxx') %}"
    "{% for a in range(99) %}{% set s.x = s.x + s.x %}{% endfor %}{{ s.x }}"
)
# Takes long enough to be interrupted, and ends.
SLOW = "{% for a in range(999) %}{% for b in range(3000) %}{% endfor %}{% endfor %}slow"


@pytest.mark.parametrize(
    ("template", "reason"),
    [(ENDLESS, "too much time"), (GROWING, "memory"), (WRITING, "it writes more than")],
    ids=["endless", "growing", "writing"],
)
def test_a_template_that_runs_away_is_stopped(template: str, reason: str) -> None:
    async def check() -> None:
        renderer = TemplateRenderer()
        async with asyncio.timeout(60):
            failure = await renderer.render(template, {})
            assert isinstance(failure, TemplateFailure)
            assert reason in failure.text
            assert await renderer.render("{{ name }}", {"name": "after"}) == "after"
        await renderer.close()

    asyncio.run(check())


def test_the_next_question_never_gets_the_answer_to_an_interrupted_one() -> None:
    async def check() -> None:
        renderer = TemplateRenderer()
        assert await renderer.render("{{ name }}", {"name": "before"}) == "before"
        interrupted = asyncio.create_task(renderer.render(SLOW, {}))
        # It runs up to where it waits for the child's answer.
        await asyncio.sleep(0)
        interrupted.cancel()
        await asyncio.gather(interrupted, return_exceptions=True)
        async with asyncio.timeout(60):
            assert await renderer.render("{{ name }}", {"name": "after"}) == "after"
        await renderer.close()

    asyncio.run(check())
