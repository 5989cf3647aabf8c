"""What a machine offers, as far as it can be seen without its drivers."""

from pathlib import Path

from inhouse_models import machine
from inhouse_models.machine import GIB, Gpu, Machine, look_at_machine


def test_sees_this_machine() -> None:
    here = look_at_machine()
    assert here.cores >= 1
    assert 0 < here.available <= here.memory


def test_a_model_fits_a_card_or_main_memory() -> None:
    laptop = Machine(memory=16 * GIB, available=8 * GIB, cores=8)
    desktop = Machine(16 * GIB, 8 * GIB, 8, (Gpu("card", 24 * GIB, 23 * GIB),))
    assert laptop.fits(11.0)
    assert not laptop.fits(15.0)
    assert desktop.fits(20.0)
    assert not desktop.fits(25.0)


def test_reads_amd_cards_from_the_kernel(tmp_path: Path) -> None:
    files = {"vendor": "0x1002\n", "mem_info_vram_total": str(16 * GIB), "mem_info_vram_used": "5"}
    for card, values in (("card0", files), ("card1", {"vendor": "0x8086"})):
        device = tmp_path / card / "device"
        device.mkdir(parents=True)
        for name, text in values.items():
            (device / name).write_text(text)
    found = machine._find_amd(tmp_path)  # pyright: ignore[reportPrivateUsage]  its folder is fixed elsewhere
    assert found == (Gpu("AMD graphics card", 16 * GIB, 16 * GIB - 5),)
