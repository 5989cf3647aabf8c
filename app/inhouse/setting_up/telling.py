"""A measurement in lines for a person, and as JSON."""

from inhouse.setting_up.remembering import Remembered
from inhouse_models.measuring.asking import Step
from inhouse_models.measuring.causes import Evidence, is_far_below, name_causes
from inhouse_models.measuring.measured import (
    READ_TOKENS,
    WRITTEN_TOKENS,
    Measured,
    encode_measured,
)
from inhouse_models.proposal.report import Section
from inhouse_tools.json_value import JsonValue

UNKNOWN = "What this hardware should give is not known: no figure for it is at hand."
STEPS: dict[Step, str] = {
    "loading": "loading {}",
    "tuning": "finding out what is quickest here (threads, attention)",
    "measuring": "measuring {}: reading and writing",
}


def describe_step(step: Step, name: str) -> str:
    """What is done with the model of this name just now."""
    return STEPS[step].format(name)


def tell_evidence(evidence: Evidence) -> Section:
    """The speeds, what they should be, and why they are not."""
    measured, layout = evidence.measured, evidence.measured.layout
    times = len(measured.writing_samples)
    lines = [
        f"Writes {spell(measured.writing)} and reads {spell(measured.reading)} tokens a second:"
        f" {WRITTEN_TOKENS} written, {READ_TOKENS} read, without drafts,"
        f" {f'median of {times}' if times > 1 else 'once'}.",
        _layout(measured),
        f"Loaded in {measured.load_seconds:.1f} s.",
        *_expected(evidence),
    ]
    if layout.parameters and is_far_below(evidence):
        lines.append(f"That is {100 * evidence.share:.0f} % of it. The likely cause:")
        lines += [f"- {cause}" for cause in name_causes(evidence)]
    return Section("Measured", tuple(lines))


def tell_remembered(known: Remembered) -> Section:
    """What was measured another time."""
    measured = known.measured
    line = (
        f"Wrote {spell(measured.writing)} and read {spell(measured.reading)} tokens a second;"
        " inhouse setup --measure measures again."
    )
    return Section("Measured before", (line,))


def encode_evidence(evidence: Evidence) -> dict[str, JsonValue]:
    """All of it as JSON."""
    far = is_far_below(evidence)
    return {
        "writing": evidence.measured.writing,
        "reading": evidence.measured.reading,
        "expected_writing": evidence.writing or None,
        "expected_reading": evidence.reading or None,
        "source": evidence.source,
        "far_below": far,
        "causes": [*name_causes(evidence)] if far else [],
        **encode_measured(evidence.measured),
    }


def _layout(measured: Measured) -> str:
    layout = measured.layout
    place = "all layers in main memory"
    if layout.gpu_layers:
        place = f"{layout.gpu_layers} of {layout.all_layers} layers on the GPU"
    types = " and ".join(dict.fromkeys((layout.key_type, layout.value_type)))
    threads = f"{layout.threads} thread{'' if layout.threads == 1 else 's'}"
    if layout.reading_threads != layout.threads:
        threads += f" ({layout.reading_threads} to read)"
    flash = "with" if layout.flash_attention else "without"
    return (
        f"{layout.context:,} tokens of context, keys and values {types}, {place}, {threads},"
        f" {flash} flash attention."
    )


def _expected(evidence: Evidence) -> list[str]:
    if not evidence.writing:
        return [UNKNOWN]
    reading = f" and read {spell(evidence.reading)}" if evidence.reading else ""
    should = f"This hardware should write {spell(evidence.writing)}{reading}."
    return [should, f"By: {evidence.source}."]


def spell(speed: float) -> str:
    """Tokens a second, with as many digits as they are worth."""
    return f"{speed:.1f}" if speed < 100 else f"{speed:,.0f}"
