"""What a model finds in a change counts only when it is about a new line of it."""

import asyncio
import json

from hypothesis import given
from hypothesis import strategies as st

from inhouse_agent.reviewing import Finding, number_lines, review_file
from inhouse_models.chat import ModelError
from inhouse_models.scripted import Answer, ScriptedModel, fail, say

DIFF = """\
diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -3,3 +3,4 @@ def f():
 one
-two
+TWO
+three
 four
\\ No newline at end of file
@@ -20 +21 @@
-x
+y
"""


def review(answer: Answer) -> tuple[Finding, ...] | ModelError:
    return asyncio.run(review_file(ScriptedModel((answer,)), ignore, "a.py", DIFF, "speed"))


def ignore(_event: object) -> None:
    """Nothing is shown."""


def found(line: object, severity: str = "bug", text: str = "It is wrong.") -> Answer:
    finding = {"line": line, "severity": severity, "text": text}
    return say(json.dumps({"findings": [finding]}))


def test_lines_have_the_numbers_of_the_new_file() -> None:
    numbered = number_lines(DIFF)
    assert numbered.text == (
        "    3  one\n      -two\n    4 +TWO\n    5 +three\n    6  four\n\n      -x\n   21 +y"
    )
    assert numbered.new == {4, 5, 21} and not numbered.cut


def test_a_finding_at_a_new_line_is_taken() -> None:
    assert review(found(21)) == (Finding("a.py", 21, "bug", "It is wrong."),)


def test_what_is_about_no_new_line_is_not() -> None:
    for line in (3, 6, 99, "21", None):
        assert review(found(line)) == ()
    assert review(found(21, severity="praise")) == ()
    assert review(found(21, text=" \n ")) == ()
    for text in ("", "[]", '{"findings": 3}', '{"findings": [7]}', "[" * 100_000):
        assert review(say(text)) == ()


def test_a_failing_model_says_why() -> None:
    assert review(fail(ModelError("engine_lost", "Gone."))) == ModelError("engine_lost", "Gone.")


def test_a_long_change_is_cut_and_says_so() -> None:
    long = "@@ -0,0 +1,999 @@\n" + "".join(f"+{number}\n" for number in range(999))
    numbered = number_lines(long)
    assert numbered.cut and len(numbered.new) < 400
    assert "left out" in numbered.text


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert all(number > 0 for number in number_lines(text).new)
