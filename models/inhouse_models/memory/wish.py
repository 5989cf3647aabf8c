"""What a person or a front end asks of a memory plan."""

from dataclasses import dataclass

from inhouse_models.memory.cost import KvType


@dataclass(frozen=True, slots=True)
class Wish:
    """What should be; None leaves the choice to the plan.

    `context` in tokens per conversation. `conversations` decode at the same time. `drafting` is
    how many drafted tokens can be taken back without reading again. `vision_bytes` is the size of
    the file that lets the model see, `adapter_bytes` that of its LoRA adapters. `gpu_layers`
    counts as llama.cpp does (the output is one more layer); a negative number means all.
    `batch` is how many tokens are read at once. `split` are the shares of the cards, in their
    order; they are filled one after the other when there are none.
    """

    context: int | None = None
    kv_type: KvType | None = None
    conversations: int = 1
    drafting: int | None = None
    vision_bytes: int = 0
    gpu_layers: int | None = None
    adapter_bytes: int = 0
    flash_attention: bool | None = None
    batch: int | None = None
    split: tuple[float, ...] = ()
