"""What llama.cpp answers by ending the process or by wrong numbers is refused before it is asked.

What may kill runs in a child process: without its guard the child ends by a signal or hangs.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_models.engine.batch import Batch, Rows
from inhouse_models.engine.binding import library
from inhouse_models.engine.constraint import GrammarCompiler, GrammarError
from inhouse_models.engine.context import Context, ContextOptions, DecodeError
from inhouse_models.engine.sequence import Sequence
from inhouse_models.engine.weights import Weights

pytestmark = pytest.mark.model
MODELS = Path(__file__).parents[3] / "models"
LOADED = """
import gc, os, signal, sys, threading
from pathlib import Path
from inhouse_models.engine.batch import Rows
from inhouse_models.engine.binding import ForkError, library, log_to
from inhouse_models.engine.context import Context, ContextOptions, DecodeError, MisuseError
from inhouse_models.engine.weights import LoadError, Weights
weights = Weights(Path(sys.argv[1]))
context = Context(weights, ContextOptions(cells=256, batch=64, threads=2, drafts=3))
context.decode([Rows(0, [5, 6, 7])])
"""


def run_child(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A Python program of our modules, in a process of its own."""
    home = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": str(MODELS), **home, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def refused(call: str, error: str, indent: str = "") -> str:
    """Code that makes a call which must raise."""
    lines = ("try:", f"    {call}", f"except {error} as fault:", "    print('refused:', fault)")
    return "".join(f"{indent}{line}\n" for line in lines)


CALLS = {
    "context.decode([Rows(0, range(5, 30), outputs=20)])": "DecodeError",
    "context.decode([Rows(0, range(5, 105))])": "DecodeError",
    "context.decode([Rows(300, [5])])": "MisuseError",
    "context.decode([Rows(-1, [5])])": "MisuseError",
    "context.cut(300, 0)": "MisuseError",
    "context.clear(-1)": "MisuseError",
    "context.copy(0, 300, 2, b'')": "MisuseError",
    "context.save_cells(300, 0, 2)": "MisuseError",
    "context.restore_cells(300, 0, 2, b'', b'')": "MisuseError",
    "context.logits(1)": "DecodeError",
}


@pytest.fixture(scope="module")
def answers(tiny_qwen2: Path) -> list[str]:
    """What each of the calls came to, as far as the process lived."""
    code = "".join(refused(call, error) for call, error in CALLS.items())
    # What was held before is held after, so the next answer goes on.
    after = "context.decode([Rows(0, [8], after=3)])\nprint('alive')"
    return run_child(LOADED + code + after, str(tiny_qwen2)).stdout.splitlines()


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_would_kill_is_refused(answers: list[str], call: str) -> None:
    place = list(CALLS).index(call)
    assert len(answers) > place, "the process died"
    assert answers[place].startswith("refused: ")


def test_what_was_refused_did_no_harm(answers: list[str]) -> None:
    assert answers[len(CALLS) :] == ["alive"]


def test_another_thread_may_not_use_a_context(tiny_qwen2: Path) -> None:
    body = refused("context.decode([Rows(0, [5])])", "MisuseError", " " * 8)
    code = f"""
def work():
    for _ in range(50):
{body}
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(context.length(0))
"""
    child = run_child(LOADED + code, str(tiny_qwen2))
    assert child.returncode == 0, child.stderr
    *lines, last = child.stdout.splitlines()
    assert len(lines) == 100
    assert all("another thread" in line for line in lines)
    assert last == "3"


def test_a_forked_process_is_refused_instead_of_hanging(tiny_qwen2: Path) -> None:
    decode = refused("context.decode([Rows(0, [5])])", "ForkError", "    ")
    load = refused("Weights(Path(sys.argv[1]))", "ForkError", "    ")
    code = f"""
child = os.fork()
if child == 0:
    # Without the guard it would hang, and outlive the test.
    signal.alarm(30)
{decode}
{load}
    sys.stdout.flush()
    os._exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
context.decode([Rows(0, [8], after=3)])
"""
    child = run_child(LOADED + code, str(tiny_qwen2))
    assert child.returncode == 0, child.stderr
    first, second, code_of_fork = child.stdout.splitlines()
    assert "forked" in first
    assert "forked" in second
    assert code_of_fork == "3"


def test_the_log_is_called_after_everything_else_was_collected(tiny_qwen2: Path) -> None:
    code = """
lines = []
log_to(lines.append)
gc.collect()
# What takes the place of a callback that was freed would be called instead of it.
import llama_cpp.llama_cpp as functions
others = [functions.llama_log_callback(lambda *_: os._exit(9)) for _ in range(200)]
try:
    Weights(Path(sys.argv[1] + ".missing"))
except LoadError as fault:
    print(fault)
print(len(lines))
"""
    child = run_child(LOADED + code, str(tiny_qwen2))
    assert child.returncode == 0, child.stderr
    fault, count = child.stdout.splitlines()
    assert "cannot be read" in fault
    assert int(count) > 0


ENVIRONMENT = """
import os, sys
import inhouse_models.engine.binding
print("llama_cpp" in sys.modules, os.environ["GOMP_SPINCOUNT"], os.environ["GGML_NO_BACKTRACE"])
"""


def test_settings_are_made_before_the_library_is_loaded() -> None:
    assert run_child(ENVIRONMENT).stdout.split() == ["False", "1000", "1"]


def test_what_the_person_set_stays() -> None:
    theirs = {"GOMP_SPINCOUNT": "7", "GGML_NO_BACKTRACE": "0"}
    assert run_child(ENVIRONMENT, **theirs).stdout.split() == ["False", "7", "0"]


def test_an_abort_prints_no_backtrace(tiny_qwen2: Path) -> None:
    child = run_child(
        LOADED + "library().llama_memory_seq_rm(context._memory, 300, 0, 1)", str(tiny_qwen2)
    )
    assert child.returncode == -signal.SIGABRT
    assert "GGML_ASSERT" in child.stderr
    assert len(child.stderr) < 1_000


@pytest.fixture(scope="module")
def weights(tiny_qwen2: Path) -> Iterator[Weights]:
    loaded = Weights(tiny_qwen2)
    yield loaded
    loaded.close()


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from([" ", "#", "-", "=", "\t", "é", "x\n"]), st.integers(1, 200)),
        min_size=1,
        max_size=4,
    )
)
def test_no_byte_of_a_token_is_lost(weights: Weights, runs: list[tuple[str, int]]) -> None:
    text = "".join(character * count for character, count in runs)
    pieces = weights.vocabulary.pieces
    assert b"".join(pieces[i] for i in weights.tokenise(text, special=False)) == text.encode()


def test_there_are_tokens_of_more_than_32_bytes(small_model: Path) -> None:
    # llama-cpp-python's own detokeniser drops these. A short vocabulary has none.
    weights = Weights(small_model, 0, repack=False)
    for text in (" " * 40, "#" * 80):
        ids = weights.tokenise(text, special=False)
        assert max(len(weights.vocabulary.pieces[i]) for i in ids) > 32
    weights.close()


def test_a_forbidden_token_is_an_error_and_not_the_end(weights: Weights) -> None:
    constraint = GrammarCompiler(weights).matcher('start: "{" /[a-z]+/ "}"')
    (word,) = weights.tokenise("word", special=False)
    assert not constraint.allows(word)
    with pytest.raises(GrammarError):
        constraint.accept(word)
    end = weights.vocabulary.end_of_turn
    other = GrammarCompiler(weights).matcher('start: "{" /[a-z]+/ "}"')
    with pytest.raises(GrammarError):
        other.accept(end)


@pytest.fixture(scope="module", params=["tiny_qwen2", "tiny_qwen35"])
def context(request: pytest.FixtureRequest) -> Iterator[Context]:
    loaded = Weights(request.getfixturevalue(request.param))
    made = Context(loaded, ContextOptions(cells=256, batch=64, threads=1, keys="f32", values="f32"))
    yield made
    made.close()
    loaded.close()


def test_a_gap_between_places_is_noticed(context: Context) -> None:
    context.clear(0)
    context.decode([Rows(0, [5, 6, 7])])
    for rows, starts in (
        (Rows(0, [8]), [10]),
        (Rows(0, [8]), [1]),
        (Rows(0, [8], after=10), None),
        (Rows(0, [8], after=0), None),
    ):
        with pytest.raises(DecodeError, match="holds 3 tokens"):
            context.decode([rows], starts)
    context.decode([Rows(0, [8], after=3)])
    assert context.length(0) == 4


def test_llama_cpp_alone_accepts_a_gap_on_the_hybrid(tiny_qwen35: Path) -> None:
    """The reason for the guard; when this fails, llama.cpp refuses gaps itself."""
    loaded = Weights(tiny_qwen35)
    bare = Context(loaded, ContextOptions(cells=256, batch=64, threads=1))
    bare.decode([Rows(0, [5, 6, 7])])
    batch = Batch(1)
    batch.fill([Rows(0, [8])], [10])
    assert library().llama_decode(bare.pointer, batch.struct) == 0
    bare.close()
    loaded.close()


def test_a_sequence_that_lost_count_is_noticed(context: Context) -> None:
    context.clear(0)
    sequence = Sequence(context, 0, 4)
    context.decode([sequence.rows([5, 6, 7])])
    with pytest.raises(DecodeError, match="holds 3 tokens where 0"):
        context.decode([sequence.rows([8])])
    sequence.extend([5, 6, 7])
    context.decode([sequence.rows([8])])


def test_a_full_context_is_an_error_and_keeps_what_it_holds(context: Context) -> None:
    context.clear(0)
    sequence = Sequence(context, 0, 4)
    for _ in range(4):
        context.decode([sequence.rows([5] * 64)])
        sequence.extend([5] * 64)
    with pytest.raises(DecodeError):
        context.decode([sequence.rows([5] * 8)])
    with pytest.raises(DecodeError):
        context.time_rows(4)
    assert context.length(0) == 256
    context.clear(0)
    assert context.time_rows(4) > 0


def test_models_that_differ_in_their_weights_only_are_told_apart(
    tiny_qwen2: Path, tmp_path: Path
) -> None:
    """Their states must not be taken for one another's."""
    other = tmp_path / "other.gguf"
    data = bytearray(tiny_qwen2.read_bytes())
    # The end of the file is the end of the last tensor, far behind the header.
    data[len(data) * 3 // 4 : len(data) * 3 // 4 + 1000] = bytes(1000)
    other.write_bytes(data)
    prints: list[str] = []
    for path in (tiny_qwen2, other, tiny_qwen2):
        weights = Weights(path, 0)
        prints.append(weights.fingerprint)
        weights.close()
    assert prints[0] == prints[2] != prints[1]
