"""What can be chosen as a model, how it fits, how fast it was, and downloads of it."""

import json
from pathlib import Path

import pytest
from tests.models.gguf_files import make_gguf

from inhouse.live.fitting import (
    Fit,
    describe_machine,
    fit_of,
    machine_without,
    read_per_token,
)
from inhouse.live.models import MachineModels, quantisation_of
from inhouse.live.proposing import best_of, describe_pace, expectation, starter_of
from inhouse.setting_up.looking import propose_for
from inhouse.speeds import Speed, note, read_speeds, speeds_file
from inhouse_models.catalogue import find_entry, load_catalogue
from inhouse_models.chat import Timings, Usage
from inhouse_models.machine import GIB, Gpu, Machine
from inhouse_models.proposal.sentences import spell_speed
from inhouse_models.store import Store

LAPTOP = Machine(16 * GIB, 12 * GIB, 8)
CARD = Gpu("RTX 4090", 24 * GIB, 23 * GIB)
WORKSTATION = Machine(64 * GIB, 60 * GIB, 16, (CARD,))
TINY = {"qwen2.embedding_length": 64, "qwen2.feed_forward_length": 128}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with one model of its own, a reference that is gone, and half a download."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "mine-Q4_K_M.gguf").write_bytes(make_gguf(TINY))
    (folder / "gone.gguf").symlink_to(tmp_path / "nowhere.gguf")
    half = folder / "downloads" / "qwen3.6-27b"
    half.mkdir(parents=True)
    (half / "hub-0123.part").write_bytes(bytes(1000))
    return Store(folder)


def test_lists_what_is_here_and_the_whole_catalogue(store: Store) -> None:
    models = MachineModels(store=store)
    choices = {choice.name: choice for choice in models.choices()}
    assert list(choices)[:2] == ["gone", "mine-Q4_K_M"]
    assert set(choices) >= {entry.name for entry in load_catalogue()}
    mine = choices["mine-Q4_K_M"]
    assert (mine.here, mine.quantisation, mine.deletable) == (True, "Q4_K_M", True)
    assert "Its file is gone" in choices["gone"].problem
    target = choices["qwen3.6-27b"]
    assert (target.here, target.fetched, target.exact, target.licence) == (
        False,
        1000,
        True,
        "Apache-2.0",
    )
    assert not choices["qwen3.6-27b-q3"].exact
    assert choices["qwen2.5-coder-1.5b"].exact


def test_paths_and_names_of_the_hub_may_be_written(store: Store, tmp_path: Path) -> None:
    models = MachineModels(store=store)
    file = tmp_path / "other.Q8_0.gguf"
    file.write_bytes(make_gguf(TINY))
    typed = models.typed(f" {file} ")
    assert typed is not None
    assert (typed.origin, typed.name, typed.quantisation) == ("file", str(file), "Q8_0")
    for text in ("owner/repo:Q4_K_M", "owner/repo/folder/file.gguf"):
        typed = models.typed(text)
        assert typed is not None
        assert (typed.origin, typed.name, typed.here) == ("hub", text, False)
    for text in ("", "qwen", "/nowhere/x.gguf", "a b/c:d", str(tmp_path)):
        assert models.typed(text) is None


def test_deleting_takes_the_file_or_only_the_reference(store: Store) -> None:
    models = MachineModels(store=store)
    choices = {choice.name: choice for choice in models.choices()}
    removed = models.remove(choices["mine-Q4_K_M"])
    assert (removed.failed, removed.text) == (False, "mine-Q4_K_M is deleted.")
    assert "its file stays" in models.remove(choices["gone"]).text
    again = models.remove(choices["gone"])
    assert again.failed
    assert "there is no model" in again.text


def test_a_deletion_that_is_not_allowed_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = MachineModels(store=store)
    mine = next(choice for choice in models.choices() if choice.name == "mine-Q4_K_M")

    def refuse(_self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    removed = models.remove(mine)
    assert removed.failed
    assert removed.text.endswith("Permission denied.")


def fit(name: str, machine: Machine) -> Fit:
    return fit_of(name, None, find_entry(name), machine)


def test_whether_a_model_fits_and_why() -> None:
    assert fit("qwen2.5-coder-1.5b", LAPTOP).verdict == "fits"
    large = fit("qwen3.6-27b", LAPTOP)
    assert large.verdict == "too large"
    assert "takes" in large.reasons[0]
    assert "inhouse models" not in large.reasons[0]
    whole = fit("qwen3.6-27b", WORKSTATION)
    assert whole.verdict == "fits"
    assert "lie on RTX 4090" in whole.reasons[1]
    assert whole.memory < 24 * GIB
    slow = fit("qwen3.6-27b", Machine(64 * GIB, 60 * GIB, 16))
    assert slow.verdict == "slow"
    assert "for every token" in slow.reasons[-1]
    halved = fit("qwen3.6-27b", Machine(64 * GIB, 60 * GIB, 16, (Gpu("8 GB", 8 * GIB, 8 * GIB),)))
    assert halved.verdict == "slow"


def test_what_is_only_published_is_judged_by_it() -> None:
    assert fit("qwen3.5-4b", LAPTOP).verdict == "fits"
    assert fit("qwen3.6-27b-mtp", LAPTOP).verdict == "too large"
    assert fit("qwen3.6-27b-mtp", WORKSTATION).verdict == "fits"
    small_card = Machine(64 * GIB, 60 * GIB, 16, (Gpu("8 GB", 8 * GIB, 8 * GIB),))
    assert fit("qwen3.6-27b-mtp", small_card).verdict == "slow"
    assert fit_of("owner/repo:Q4", None, None, LAPTOP).verdict == "unknown"


def test_a_file_is_judged_by_its_header(store: Store, tmp_path: Path) -> None:
    models = MachineModels(store=store)
    mine = next(choice for choice in models.choices() if choice.name == "mine-Q4_K_M")
    judged = models.fit(mine)
    assert (judged.verdict, judged.trained, judged.quantisation) == ("fits", 512, "Q4_K_M")
    torn = tmp_path / "torn.gguf"
    torn.write_bytes(make_gguf(TINY)[:200])
    broken = fit_of("torn", torn, None, LAPTOP)
    assert broken.verdict == "unknown"
    assert "cut short" in broken.reasons[0]


def test_the_memory_of_the_model_that_answers_counts_as_free(tmp_path: Path) -> None:
    file = tmp_path / "loaded.gguf"
    file.write_bytes(make_gguf({**TINY, "qwen2.context_length": 32_768}))
    busy = Machine(64 * GIB, 60 * GIB, 16, (Gpu("RTX 4090", 24 * GIB, 4 * GIB),))
    freed = machine_without(busy, file)
    assert 4 * GIB < freed.gpus[0].free <= 24 * GIB
    assert freed.available <= freed.memory
    assert machine_without(busy, tmp_path / "nothing.gguf") == busy


def test_words_for_machines_and_for_files() -> None:
    assert describe_machine(LAPTOP) == "16.0 GiB of memory, 8 cores, no GPU"
    assert "RTX 4090 with 24.0 GiB" in describe_machine(WORKSTATION)
    names = ("a-Q4_K_M.gguf", "b.IQ3_XS.gguf", "c-UD-Q4_K_XL.gguf", "d-f16.gguf", "plain.gguf")
    assert [quantisation_of(name) for name in names] == [
        "Q4_K_M",
        "IQ3_XS",
        "UD-Q4_K_XL",
        "F16",
        "",
    ]
    assert read_per_token("qwen3-coder-30b-a3b", 30) == 3
    assert read_per_token("qwen3.6-27b", 30) == 30


def test_offers_the_starter_and_what_setup_proposes(store: Store) -> None:
    choices = MachineModels(store=store).choices()

    def offer(machine: Machine) -> tuple[str, str]:
        fits = {one.name: fit_of(one.name, None, one.entry, machine) for one in choices}
        starter, best = starter_of(choices, fits), best_of(choices, propose_for(machine))
        return starter.name if starter else "", best.name if best else ""

    for machine in (WORKSTATION, LAPTOP, Machine(GIB, GIB, 2)):
        chosen = propose_for(machine).chosen
        assert offer(machine)[1] == (chosen.entry.name if chosen else "")
    assert offer(WORKSTATION)[0] == "qwen2.5-coder-1.5b"
    assert offer(Machine(GIB, GIB, 2))[0] == "qwen2.5-coder-0.5b"
    texts = {expectation(entry) for entry in load_catalogue()}
    assert len(texts) == 5


def test_screens_and_command_propose_the_same() -> None:
    proposal = MachineModels().proposal()
    again = propose_for(proposal.machine)
    assert proposal.chosen is not None
    assert proposal == again
    assert f"{spell_speed(proposal.chosen.speed.writing)} tokens a second" in describe_pace(again)


def test_speeds_are_remembered_by_model(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_speeds() == {}
    usage = Usage(input_tokens=1100, cached_input_tokens=100, output_tokens=60)
    note("a", usage, Timings(0, 10.0, 3.0))
    note("b", Usage(10, 0, 2), Timings(0, 1.0, 1.0))
    assert read_speeds() == {"a": Speed(100.0, 20.0)}
    assert speeds_file().stat().st_mode & 0o777 == 0o600
    # After long work the past counts half: (30,000 + 60,000) tokens in (150 + 600) s.
    note("c", Usage(60_000), Timings(0, 300.5, 0))
    note("c", Usage(60_000), Timings(0, 600.0, 0))
    assert read_speeds()["c"].reading == pytest.approx(90_000 / 750.25)
    monkeypatch.setattr("inhouse.speeds.MODELS_KEPT", 2)
    note("d", usage, Timings(0, 1.0, 1.0))
    assert list(read_speeds()) == ["c", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"version": 9}',
        '{"version": 1, "models": 3}',
        '{"version": 1, "models": {"a": {"reading": [1]}}}',
    ],
)
def test_a_damaged_file_of_speeds_is_as_good_as_none(home: Path, text: str) -> None:
    speeds_file().parent.mkdir(parents=True)
    speeds_file().write_text(text)
    assert read_speeds() == {}
    note("a", Usage(100, 0, 10), Timings(0, 1.0, 1.0))
    assert json.loads(speeds_file().read_text())["version"] == 1


def test_speeds_that_cannot_be_kept_are_no_matter(home: Path) -> None:
    speeds_file().parent.parent.mkdir(parents=True)
    speeds_file().parent.write_text("a file in the way")
    note("a", Usage(100, 0, 10), Timings(0, 1.0, 1.0))
    assert read_speeds() == {}
