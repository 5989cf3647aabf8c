const assert = require("node:assert");
const fs = require("node:fs");

const kitchen = require("./src/index.js");
const units = require("./src/units.js");
const currency = require("./src/currency.js");

assert.strictEqual(units.convertUnit(3, "kg", "g"), 3000);
assert.strictEqual(kitchen.convertUnit, units.convertUnit);
assert.strictEqual(units.convertUnit.name, "convertUnit");
assert.ok(!("convert" in units) && !("convert" in kitchen), "the old name is still there");
assert.throws(() => units.convertUnit(1, "stone", "g"), RangeError);
assert.strictEqual(kitchen.convertAll(1, "kg").g, 1000);
assert.strictEqual(kitchen.convertPrice, currency.convert);
assert.deepStrictEqual(Object.keys(kitchen).sort(), ["Recipe", "answer", "convertAll", "convertPrice", "convertUnit"]);

const parts = [{ name: "flour", amount: 2, unit: "kg" }];
assert.deepStrictEqual(new kitchen.Recipe(parts).convert("g").parts, [{ name: "flour", amount: 2000, unit: "g" }]);
assert.deepStrictEqual(kitchen.answer("/convert", { amount: 1, from: "kg", to: "g" }), { status: 200, value: 1000 });
assert.deepStrictEqual(kitchen.answer("/exchange", { amount: 2, from: "EUR", to: "USD" }), { status: 200, value: 2.5 });
assert.deepStrictEqual(kitchen.answer("/recipe", { parts, to: "kg" }), { status: 200, value: parts });
assert.deepStrictEqual(kitchen.answer("/convertUnit", {}), { status: 404 });

const readme = fs.readFileSync("README.md", "utf8");
for (const kept of ["convertUnit(1, ", "convertPrice(1, ", '.convert("oz")', "`/convert`"]) {
  assert.ok(readme.includes(kept), `README.md lacks ${kept}`);
}
assert.ok(!/^convert\(/m.test(readme) && !/\{[^}]*\bconvert\b[^}]*\} = require/.test(readme), readme);

// The repository's own tests run with these when they are loaded.
let tests = 0;
for (const file of fs.readdirSync("test")) {
  tests += fs.readFileSync(`test/${file}`, "utf8").split(/\btest\(/).length - 1;
  require(`./test/${file}`);
}
assert.ok(tests >= 4, "a test is gone");
