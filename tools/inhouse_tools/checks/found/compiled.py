"""What Go, Rust, CMake, Gradle and Maven projects can be checked with."""

from typing import Final

from inhouse_tools.checks.check import FOLDERS, Check
from inhouse_tools.checks.found.folder import Folder

GO: Final = ("*.go", "go.mod")
RUST: Final = ("*.rs", "Cargo.toml")
JVM: Final = ("*.java", "*.kt", "*.scala", "*.groovy", "*.kts", "pom.xml")
NATIVE: Final = ("*.c", "*.cc", "*.cpp", "*.cxx", "*.h", "*.hpp", "CMakeLists.txt")
SHORT: Final = ("--quiet", "--offline", "--message-format=short")
GRADLE_FILES: Final = (
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
)


def find(folder: Folder) -> list[Check]:
    """The checks of a folder with a go.mod, Cargo.toml, CMakeLists.txt, Gradle or Maven file."""
    return [*_go(folder), *_rust(folder), *_build_tools(folder)]


def _go(folder: Folder) -> list[Check]:
    if "go.mod" not in folder.entries:
        return []
    return [
        Check("go-vet", "lint", ("go", "vet", FOLDERS), GO, "go.mod", when="edit"),
        Check("go-build", "build", ("go", "build", "-o", "/dev/null", "./..."), GO, "go.mod"),
        Check("go-test", "test", ("go", "test", "./..."), GO, "go.mod"),
    ]


def _rust(folder: Folder) -> list[Check]:
    if "Cargo.toml" not in folder.entries:
        return []
    return [
        Check("cargo-check", "types", ("cargo", "check", *SHORT), RUST, "Cargo.toml", when="edit"),
        Check("clippy", "lint", ("cargo", "clippy", *SHORT), RUST, "Cargo.toml"),
        Check("cargo-test", "test", ("cargo", "test", "--offline"), RUST, "Cargo.toml"),
    ]


def _build_tools(folder: Folder) -> list[Check]:
    found: list[Check] = []
    if "CMakeLists.txt" in folder.entries:
        argv = ("ctest", "--test-dir", "build", "--output-on-failure")
        found.append(Check("ctest", "test", argv, NATIVE, "CMakeLists.txt"))
    gradle = folder.first(*GRADLE_FILES)
    if gradle:
        program = "./gradlew" if "gradlew" in folder.entries else "gradle"
        argv = (program, "--offline", "test")
        found.append(Check("gradle-test", "test", argv, JVM, gradle))
    if "pom.xml" in folder.entries:
        program = "./mvnw" if "mvnw" in folder.entries else "mvn"
        argv = (program, "--offline", "--quiet", "test")
        found.append(Check("maven-test", "test", argv, JVM, "pom.xml"))
    return found
