"""The settings that decide on speed, as the choices that the engine takes."""

from typing import TYPE_CHECKING, Final

from inhouse_models.speed.choices import SpeedChoices

if TYPE_CHECKING:
    from inhouse.settings import Settings

# Beside `threads` and `drafting`, which have words of their own in the engine's command line.
SPEED_KEYS: Final = (
    "reading_threads",
    "batch",
    "flash_attention",
    "kv_type",
    "load_mode",
    "gpu_layers",
    "gpu_split",
    "prediction",
)


def speed_choices(settings: "Settings") -> SpeedChoices:
    """What the person has set; what is left to measuring and to the memory plan is None."""
    shares = settings.gpu_split.split(",") if settings.gpu_split else ()
    return SpeedChoices(
        reading_threads=settings.reading_threads or None,
        batch=settings.batch or None,
        flash_attention=_switch(settings.flash_attention),
        kv_type=None if settings.kv_type == "auto" else settings.kv_type,
        load_mode=None if settings.load_mode == "auto" else settings.load_mode,
        gpu_layers=settings.gpu_layers,
        gpu_split=tuple(float(share) for share in shares) or None,
        drafting="on" if settings.drafting == "on" else None,
        prediction=_switch(settings.prediction),
    )


def all_choices(settings: "Settings") -> SpeedChoices:
    """The same with the numbers of threads, and with drafting."""
    own = SpeedChoices(
        threads=settings.threads or None,
        drafting=None if settings.drafting == "auto" else settings.drafting,
    )
    return own.over(speed_choices(settings))


def _switch(value: str) -> bool | None:
    return None if value == "auto" else value == "on"
