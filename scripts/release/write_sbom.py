"""Writes the software bill of materials (CycloneDX) of an installation of inhouse."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from release_tools import ROOT, ReleaseError, ask, tool

Json = dict[str, Any]
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(problem) if problem else 0)
"""


def main(arguments: Sequence[str]) -> int:
    """0 when it is written and valid."""
    parser = argparse.ArgumentParser(prog="sbom", description=__doc__)
    parser.add_argument("python", type=Path, help="of the installation")
    parser.add_argument("output", type=Path, help="the file, NAME.cdx.json")
    chosen = parser.parse_args(arguments)
    try:
        write_sbom(chosen.python, chosen.output)
    except ReleaseError as problem:
        sys.stderr.write(f"sbom: {problem}\n")
        return 1
    return 0


def write_sbom(python: Path, output: Path, others: Iterable[Json] = ()) -> None:
    """What is installed for `python` and the other components, checked against the schema."""
    form = ("--spec-version", "1.6", "--output-format", "JSON", "--output-reproducible")
    about = ("--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application")
    where = ("--output-file", str(output), str(python))
    ask((str(tool("cyclonedx-py")), "environment", *form, *about, *where))
    bill = json.loads(output.read_text(encoding="utf-8"))
    bill["components"] += others
    output.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    ask((str(tool("python")), "-I", "-c", VALIDATE, str(output)))


def python_component(version: str) -> Json:
    """The interpreter, by the name under which its vulnerabilities are published."""
    return {
        "bom-ref": f"python@{version}",
        "cpe": f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
        "licenses": [{"license": {"id": "PSF-2.0"}}],
        "name": "python",
        "purl": f"pkg:generic/python@{version}",
        "type": "application",
        "version": version,
    }


def library_component(file: Path) -> Json:
    """A shared library of the building machine, by its name and hash."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {
        "bom-ref": file.name,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "name": file.name,
        "type": "library",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
