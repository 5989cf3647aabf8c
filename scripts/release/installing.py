"""The ways in which a person installs inhouse, each as its documentation says."""

from pathlib import Path

from new_user import NewUser
from release_tools import version
from wheelhouse import fill_wheelhouse, python_for_everybody

WAYS = ("archive", "pip", "uv", "pipx")


def install(way: str, user: NewUser, file: Path) -> Path:
    """The command `inhouse`, put there by this user from an archive or from wheels."""
    if way == "archive":
        return _unpack(user, user.give([file], "download") / file.name)
    python = python_for_everybody()
    house = user.give(fill_wheelhouse(python, file), "wheels")
    # What a person would have from the index is in this folder.
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(house)}
    tools = user.home / "tools"
    user.run("make an environment", python, "-m", "venv", str(tools))
    pip = (str(tools / "bin" / "python"), "-m", "pip", "install", "--quiet")
    wanted = f"inhouse=={version()}"
    if way == "pip":
        user.run("pip install inhouse", *pip, wanted, variables=offline)
        return tools / "bin" / "inhouse"
    user.run(f"pip install {way}", *pip, way, variables=offline)
    program = str(tools / "bin" / way)
    if way == "uv":
        wheels = ("--no-index", "--find-links", str(house), "--python", python)
        user.run("uv tool install inhouse", program, "tool", "install", *wheels, wanted)
    else:
        where = ("--python", python)
        user.run("pipx install inhouse", program, "install", *where, wanted, variables=offline)
    return user.home / ".local" / "bin" / "inhouse"


def _unpack(user: NewUser, archive: Path) -> Path:
    user.run("unpack the archive", "tar", "-xzf", str(archive))
    link = user.home / ".local" / "bin" / "inhouse"
    program = user.home / archive.name.removesuffix(".tar.gz") / "bin" / "inhouse"
    # As somebody would who wants it on the path.
    user.run("make a folder", "mkdir", "-p", str(link.parent))
    user.run("link the command", "ln", "-s", str(program), str(link))
    return link
