"""Which file an import means, in the ways that languages write it."""

import pytest

from inhouse_tools.repository_map.links import Links

PATHS = (
    "include/ggml.h",
    "src/ggml.c",
    "src/ggml-impl.h",
    "app/shop/__init__.py",
    "app/shop/cart.py",
    "app/shop/cart_test.py",
    "other/cart.py",
    "web/index.ts",
    "web/parts/button.tsx",
    "web/parts/index.ts",
    "rust/src/lib.rs",
    "rust/src/store/mod.rs",
    "rust/src/store/disk.rs",
    "java/com/acme/Order.java",
)
FAMILIES = {"h": "c", "c": "c", "py": "python", "ts": "js", "tsx": "js", "rs": "rust"}


@pytest.mark.parametrize(
    ("importer", "module", "found"),
    [
        ("src/ggml.c", "ggml.h", "include/ggml.h"),
        ("src/ggml.c", "ggml-impl.h", "src/ggml-impl.h"),
        ("src/ggml.c", "../include/ggml.h", "include/ggml.h"),
        ("src/ggml.c", "stdio.h", None),
        ("app/shop/cart_test.py", "shop.cart", "app/shop/cart.py"),
        ("app/shop/cart_test.py", "shop.cart.Cart", "app/shop/cart.py"),
        ("app/shop/cart_test.py", ".cart", "app/shop/cart.py"),
        ("app/shop/cart_test.py", "cart", "app/shop/cart.py"),
        ("app/shop/cart_test.py", "shop", "app/shop/__init__.py"),
        ("app/shop/cart_test.py", "..shop", "app/shop/__init__.py"),
        ("app/shop/cart_test.py", "json", None),
        ("app/shop/cart.py", "cart", "other/cart.py"),
        ("web/index.ts", "./parts/button", "web/parts/button.tsx"),
        ("web/index.ts", "./parts", "web/parts/index.ts"),
        ("web/index.ts", "react", None),
        ("rust/src/lib.rs", "crate::store::disk::Disk", "rust/src/store/disk.rs"),
        ("rust/src/lib.rs", "store", "rust/src/store/mod.rs"),
        ("rust/src/lib.rs", "", None),
        ("web/index.ts", "......", None),
    ],
)
def test_an_import_leads_to_a_file(importer: str, module: str, found: str | None) -> None:
    links = Links(PATHS, [FAMILIES.get(path.rpartition(".")[2], "java") for path in PATHS])
    place = links.find(module, PATHS.index(importer))
    assert (None if place is None else PATHS[place]) == found
