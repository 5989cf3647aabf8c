"""NVIDIA's libraries out of Python packages are loaded for a build with CUDA, else left alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pydantic_core
import pytest

PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
from inhouse_models.engine.cuda_runtime import load_cuda_runtime
for path in load_cuda_runtime():
    print(path.name, str(path) in open("/proc/self/maps").read())
"""


def loaded(folder: Path) -> list[str]:
    """What a process loads that has the packages of this folder."""
    package = Path(sys.modules["inhouse_models"].__path__[0])
    command = [sys.executable, "-c", PROGRAM, str(folder), str(package.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_libraries_are_loaded_for_cuda_alone(tmp_path: Path) -> None:
    # Some library that a Python can load.
    [real] = Path(pydantic_core.__file__).parent.glob("_pydantic_core*.so")
    for name in ("cuda_runtime/lib/libcudart.so.12", "cublas/lib/libcublas.so.12"):
        library = tmp_path / "nvidia" / name
        library.parent.mkdir(parents=True)
        shutil.copy(real, library)
    broken = tmp_path / "nvidia/cublas/lib/libcublasLt.so.12"
    broken.write_bytes(b"not a library")
    backends = tmp_path / "llama_cpp" / "lib"
    backends.mkdir(parents=True)
    (tmp_path / "llama_cpp" / "__init__.py").write_text("raise RuntimeError")
    assert loaded(tmp_path) == []
    (backends / "libggml-cuda.so").touch()
    assert loaded(tmp_path) == ["libcudart.so.12 True", "libcublas.so.12 True"]
