"""Which commands are taken to compute on a graphics card."""

from pathlib import Path

import pytest

from inhouse.gpu_commands import PATTERNS, needs_gpu


@pytest.mark.parametrize(
    "command",
    [
        "python train.py",
        "cd src && CUDA_VISIBLE_DEVICES=0 python3 -u pretraining.py --epochs 3",
        "uv run python train_lora.py",
        "torchrun --nproc-per-node 2 main.py",
        "ollama run qwen3",
        "/usr/bin/blender -b scene.blend -a",
        "ffmpeg -i in.mkv -c:v h264_nvenc out.mp4",
        "timeout 60 llama-server -m x.gguf",
        "echo begin; nice nohup vllm serve model",
    ],
)
def test_these_compute_on_a_graphics_card(command: str, tmp_path: Path) -> None:
    assert needs_gpu(command, tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "ls; cat train.py",
        "pytest -q",
        "python main.py",
        "python ../../../etc/passwd.py",
        "git commit -m 'ollama run and blender'",
        "nvidia-smi",
        "ffmpeg -i in.mkv -c:v libx264 out.mp4",
        "ollama list",
        "(" * 5000 + "=" * 5000,
    ],
)
def test_these_do_not(command: str, tmp_path: Path) -> None:
    assert not needs_gpu(command, tmp_path)


def test_a_script_is_known_by_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "fit.py").write_text("import os\nfrom torch import nn\n", encoding="utf-8")
    (tmp_path / "plot.py").write_text("import torchlight\n# import torch\n", encoding="utf-8")
    assert needs_gpu("python -u fit.py", tmp_path)
    assert not needs_gpu("python plot.py", tmp_path)


@pytest.mark.parametrize("command", ["pytest -q tests", "python3 -m pytest", "uv run pytest"])
def test_the_tests_of_a_project_that_requires_a_library_for_graphics_cards(
    command: str, tmp_path: Path
) -> None:
    required = tmp_path / "pyproject.toml"
    required.write_text('[project]\ndependencies = [\n  "torch>=2.4",\n]\n', encoding="utf-8")
    assert needs_gpu(command, tmp_path)
    required.write_text('[project]\ndependencies = [\n  "requests",\n]\n', encoding="utf-8")
    assert not needs_gpu(command, tmp_path)


def test_the_person_adds_commands_and_takes_them_out(tmp_path: Path) -> None:
    own = (*PATTERNS, "make bench*", "!python* train.py*")
    assert needs_gpu("make bench-large", tmp_path, own)
    assert not needs_gpu("make bench-large", tmp_path)
    assert not needs_gpu("python train.py", tmp_path, own)
    assert needs_gpu("python train.py && python train_more.py", tmp_path, own)
