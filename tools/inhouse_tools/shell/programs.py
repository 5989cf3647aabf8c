"""Programs by what matters for permission: which run others, read programs, change the shell."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHELLS: Final = _words("sh bash dash zsh ksh mksh fish ash csh tcsh rbash pwsh powershell")
INTERPRETERS: Final = _words(
    """python python2 python3 pypy pypy3 node nodejs deno bun perl ruby irb php lua luajit tclsh
    rscript julia osascript guile gdb ed ex vi vim emacs sqlite3 psql mysql bc dc make m4 at batch
    parallel ssh"""
)
"""What is put into their standard input is a program, where no other is named."""

UNCLEAR_BUILTINS: Final = _words(
    """alias unalias eval trap enable hash bind complete compopt compgen coproc shopt let mapfile
    readarray fc history suspend logout dirs caller"""
)
"""They change what later words mean, or run text that is not seen."""

SHELL_BUILTINS: Final = _words(
    """. source export declare typeset local readonly unset set shift getopts read exec exit return
    break continue wait kill jobs fg bg disown umask ulimit times cd pushd popd builtin command"""
)
MOVING: Final = _words("cd pushd popd")

WRAPPERS: Final[dict[str, tuple[str, int]]] = {
    # The options that take a value, and how many operands stand before the command.
    "env": ("uCPSa", 0),
    "command": ("", 0),
    "builtin": ("", 0),
    "exec": ("a", 0),
    "nohup": ("", 0),
    "timeout": ("ks", 1),
    "gtimeout": ("ks", 1),
    "xargs": ("IinPLlsdEea", 0),
    "busybox": ("", 0),
    "toybox": ("", 0),
    "sudo": ("ughpCcrtTUDR", 0),
    "doas": ("uC", 0),
    "nice": ("n", 0),
    "ionice": ("cnpPu", 0),
    "setsid": ("", 0),
    "watch": ("nq", 0),
    "time": ("fo", 0),
    "stdbuf": ("ioe", 0),
    "chroot": ("", 1),
    "unshare": ("SGRw", 0),
    "nsenter": ("tSG", 0),
    "flock": ("wEc", 1),
    "strace": ("eopuEaISUXO", 0),
    "ltrace": ("eoplnsuaAD", 0),
    "taskset": ("", 1),
    "chrt": ("TPD", 1),
    "setarch": ("", 0),
    "linux32": ("", 0),
    "linux64": ("", 0),
    "fakeroot": ("lfsib", 0),
    "eatmydata": ("", 0),
    "valgrind": ("", 0),
    "hyperfine": ("wmMrpcSsnuPDLi", 0),
    "caffeinate": ("tw", 0),
    "arch": ("", 0),
    "then": ("", 0),
    "noglob": ("", 0),
    "nocorrect": ("", 0),
}
"""Programs that run the command behind them."""

RUNNERS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("find", "fd", "fdfind"),
        _words("-exec -execdir -ok -okdir -x -X --exec --exec-batch"),
    ),
    **dict.fromkeys(
        _words(
            """uv poetry pipenv pdm hatch rye bundle npm pnpm yarn bun docker podman nerdctl kubectl
            direnv nix mise asdf conda mamba vagrant rustup pixi dotenv foreman op aws-vault
            docker-compose"""
        ),
        _words("run exec x dlx"),
    ),
    "git": _words("run foreach --exec"),
    **dict.fromkeys(("npx", "uvx", "bunx", "pipx", "rtk"), frozenset({""})),
}
"""Programs that run the command behind one of these words; the empty word stands at once."""

LINE_RUNNERS: Final = _words(
    """su runuser script watch flock parallel ssh nix-shell env hyperfine entr tmux screen xvfb-run
    sudo doas timeout xargs unbuffer rlwrap dbus-run-session systemd-run"""
)
"""Programs of which one word may be a whole command line."""

TRAP_VARIABLES: Final = _words(
    """PATH IFS ENV BASH_ENV SHELLOPTS BASHOPTS PROMPT_COMMAND PS0 PS1 PS2 PS4 CDPATH GLOBIGNORE
    EXECIGNORE FIGNORE HOME PWD OLDPWD SHELL HISTFILE TMPDIR PAGER MANPAGER LESS LESSOPEN LESSCLOSE
    MORE EDITOR VISUAL BROWSER GREP_OPTIONS GREP_COLORS TAR_OPTIONS POSIXLY_CORRECT
    PYTHONSTARTUP PYTHONHOME PYTHONINSPECT PYTHONEXECUTABLE PERL5OPT PERL5LIB PERL5DB RUBYOPT
    RUBYLIB NODE_OPTIONS NODE_PATH JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS
    RIPGREP_CONFIG_PATH FZF_DEFAULT_COMMAND MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKEFILES SSH_ASKPASS
    SUDO_ASKPASS SSH_AUTH_SOCK DOCKER_HOST KUBECONFIG CARGO_HOME RUSTC_WRAPPER
    RUSTC_WORKSPACE_WRAPPER npm_config_script_shell http_proxy https_proxy all_proxy HTTP_PROXY
    HTTPS_PROXY ALL_PROXY XDG_CONFIG_HOME INPUTRC TERMINFO TERMCAP LOCPATH NLSPATH GCONV_PATH
    RESOLV_HOST_CONF HOSTALIASES"""
)
TRAP_PREFIXES: Final = ("LD_", "DYLD_", "GIT_", "BASH_", "INHOUSE_", "MALLOC_", "GLIBC_")


def is_trap_variable(name: str) -> bool:
    """Whether setting this variable changes which program runs, or what it does unseen."""
    return name in TRAP_VARIABLES or name.startswith(TRAP_PREFIXES)
