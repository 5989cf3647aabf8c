"""Which choices can be tried on a machine, with which values, and why others cannot."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inhouse_models.speed.choices import LEAST_BATCH, SpeedChoices, Value, choices_of, spell
from inhouse_models.speed.locking import judge_lock
from inhouse_models.speed.search import Factor

BATCHES = (64, 128, 256, 512, 1024, 2048)
EVEN_SHARE = 1.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to choose from.

    `start` are the choices that would be made without trials, `hand` those of the person. `cards`
    are the graphics cards that llama.cpp can use, and `layers_on_cards` whether anything lies
    there. `read` tokens are the most that a trial reads at once. `lock_limit` is in bytes, None
    for none. `no_prediction` says why the model's own layers cannot draft, empty when they can.
    `refuse` is why the memory plan has no place for choices, empty when it has.
    """

    start: SpeedChoices
    hand: SpeedChoices
    physical_cores: int
    cores: int
    read: int
    quantisable: bool
    layers_on_cards: bool
    cards: int
    size: int
    lock_limit: int | None
    no_prediction: str
    refuse: Callable[[SpeedChoices], str]


def factors(scene: Scene) -> list[Factor]:
    """Every choice in the order of trials: what costs nothing to change comes first."""
    return [_by_hand(factor, scene) for factor in _all(scene)]


def drafting_factors(scene: Scene) -> list[Factor]:
    """The choices that only a whole answer tells about; they come last."""
    prediction = Factor("prediction", "answer", impossible=scene.no_prediction)
    if not scene.no_prediction:
        prediction = _judged(Factor("prediction", "answer", (True, False)), scene)
    drafting = Factor("drafting", "answer", ("on", "off"))
    return [_by_hand(factor, scene) for factor in (prediction, drafting)]


def _all(scene: Scene) -> Iterator[Factor]:
    yield _threads(scene, "threads")
    yield _threads(scene, "reading_threads")
    yield _batch(scene)
    yield _judged(Factor("flash_attention", "turn", (True, False)), scene)
    if scene.quantisable:
        yield _judged(Factor("kv_type", "turn", ("f16", "q8_0")), scene)
    else:
        reason = "this model's heads do not divide into blocks of q8_0"
        yield Factor("kv_type", impossible=reason)
    yield _split(scene)
    yield Factor("load_mode", impossible=_explain_loading(scene))


def _by_hand(factor: Factor, scene: Scene) -> Factor:
    """What the person has set is not tried."""
    value = scene.hand.given().get(factor.name)
    if value is None:
        return factor
    said = f"you have set it: {factor.name} = {spell(value)}"
    return Factor(factor.name, factor.part, impossible=said)


def _judged(factor: Factor, scene: Scene) -> Factor:
    """Without the values that the memory plan has no place for."""
    own: Value | None = getattr(scene.start, factor.name)
    refusals: list[str] = []
    allowed: list[Value] = []
    for value in factor.values:
        if value == own:
            continue
        refusal = scene.refuse(choices_of({**scene.start.given(), factor.name: value}))
        if refusal:
            refusals.append(f"{spell(value)}: {refusal}")
        else:
            allowed.append(value)
    if not allowed:
        said = "; ".join(refusals) or "there is nothing else to try"
        return Factor(factor.name, factor.part, impossible=said)
    return Factor(factor.name, factor.part, tuple(allowed))


def _threads(scene: Scene, name: str) -> Factor:
    """Every physical core, parts of them, and the second threads of cores, where there are any."""
    part = "write" if name == "threads" else "read"
    if scene.cores == 1:
        return Factor(name, part, impossible="this process may use one core only")
    most = scene.physical_cores
    quarters = (-(-most * quarter // 4) for quarter in (4, 3, 2, 1))
    counts = sorted({*quarters, scene.cores}, reverse=True)
    return Factor(name, part, tuple(counts))


def _batch(scene: Scene) -> Factor:
    """No more than is read in a few seconds, since an answer is stopped between two of them."""
    sizes = tuple(size for size in BATCHES if LEAST_BATCH <= size <= scene.read)
    judged = _judged(Factor("batch", "read", sizes), scene)
    if judged.impossible:
        said = f"one that is read in time has at most {scene.read} tokens, and no other is smaller"
        return Factor("batch", "read", impossible=said)
    return judged


def _split(scene: Scene) -> Factor:
    if scene.cards == 0:
        return Factor("gpu_split", impossible="there is no graphics card that llama.cpp can use")
    if scene.cards == 1:
        return Factor("gpu_split", impossible="there is one graphics card")
    if not scene.layers_on_cards:
        return Factor("gpu_split", impossible="no layers lie on graphics cards")
    even = (EVEN_SHARE,) * scene.cards
    first = (EVEN_SHARE, *[0.0] * (scene.cards - 1))
    return _judged(Factor("gpu_split", "turn", (even, first)), scene)


def _explain_loading(scene: Scene) -> str:
    fault = judge_lock(scene.size, scene.lock_limit)
    locking = f"mlock is not possible: {fault}" if fault else "mlock is possible here"
    return f"it decides on loading, not on speed once loaded; {locking}"
