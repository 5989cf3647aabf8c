"""Whether a simple command likely wants the internet."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALWAYS: Final = _words(
    """curl wget ssh scp sftp rsync telnet ftp nc ncat socat ping dig nslookup host whois http https
    xh aria2c yt-dlp gh glab hub aws gcloud az npx bunx uvx pipx pip-audit twine ansible flyctl
    vercel netlify heroku doctl rclone mosh lftp traceroute mtr nmap ollama huggingface-cli hf"""
)
_INSTALLING: Final = _words(
    "install i ci add sync update upgrade up get publish login search outdated audit dlx create "
    "init lock fetch download self tool"
)
SECOND: Final[dict[str, frozenset[str]]] = {
    "git": _words("push pull fetch clone ls-remote submodule lfs"),
    **dict.fromkeys(_words("pip pip3 npm pnpm yarn bun uv poetry pipenv pdm"), _INSTALLING),
    "cargo": _words("install add update fetch publish search login"),
    "go": _words("get install mod"),
    "gem": _words("install update push fetch"),
    "bundle": _words("install update add"),
    "composer": _words("install update require"),
    **dict.fromkeys(
        _words("brew apt apt-get dnf yum pacman zypper apk snap flatpak conda mamba"),
        _words("install update upgrade search add -S -Sy -Syu create"),
    ),
    **dict.fromkeys(_words("docker podman nerdctl"), _words("pull push login search build run")),
    "kubectl": _words("get apply delete create logs exec describe"),
    "helm": _words("install upgrade repo pull"),
    "terraform": _words("init plan apply destroy"),
    "dotnet": _words("restore add"),
    "mix": _words("deps.get"),
    "rustup": _words("update install toolchain target component"),
    "playwright": _words("install"),
}
MODULES: Final = _words("pip ensurepip")


def wants_network(words: tuple[str, ...]) -> bool:
    """Whether the words of a command say so; what scripts do is not known."""
    if not words:
        return False
    program = words[0].rpartition("/")[2].casefold()
    if program in ALWAYS:
        return True
    rest = [word for word in words[1:] if not word.startswith("-") or word.startswith("-S")]
    if program.startswith("python") and "-m" in words:
        module = words[words.index("-m") + 1 :]
        return (
            bool(module) and module[0] in MODULES and len(module) > 1 and (module[1] in _INSTALLING)
        )
    if program == "yarn" and not rest:
        return True
    if program == "uv" and rest[:1] == ["pip"]:
        rest = rest[1:]
    return bool(rest) and rest[0] in SECOND.get(program, frozenset())
