const test = require("node:test");
const assert = require("node:assert");
const { formatPrice, formatList } = require("./price.js");

test("null is unknown too", () => {
  assert.strictEqual(formatPrice(null), "unknown");
});

test("free with a currency", () => {
  assert.strictEqual(formatPrice(0, "EUR"), "0.00 EUR");
});

test("lists", () => {
  const goods = [{ name: "tea", price: 2 }, { name: "water", price: 0 }, { name: "cake" }];
  assert.strictEqual(formatList(goods), "tea: 2.00\nwater: 0.00\ncake: unknown");
});
