"""Says in words what is different when a server answers instead of inhouse's own engine."""

from inhouse_models.chat import ServerFacts

OFF = (
    "{label} answers, not inhouse's own engine. Off: {names}. /status and inhouse doctor say more."
)
NOTHING_OFF = "{label} answers, not inhouse's own engine."


def notices_of(server: ServerFacts) -> tuple[str, ...]:
    """What a person is told once, before the first answer."""
    text = (
        OFF.format(label=server.label, names=", ".join(server.off))
        if server.off
        else NOTHING_OFF.format(label=server.label)
    )
    return (text, *server.notices)


def rows_of(server: ServerFacts) -> list[tuple[str, str]]:
    """What is switched off, each with what that means."""
    return [("off", f"{name}: {text}") for name, text in server.off.items()]
