import assert from "node:assert/strict";
import { test } from "node:test";
import { carryOver, replaced, replacementOf, withEndsOf } from "../../src/core/change.ts";

/** A row of numbers that is the same each time. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state;
  }
}

function randomText(source: Generator<number>): string {
  const pieces = ["a", "b", "\n", "\r\n", "🏠", "🏡", "é"];
  const length = (source.next().value as number) % 8;
  return Array.from({ length }, () => pieces[(source.next().value as number) % pieces.length]).join(
    "",
  );
}

test("a replacement makes one text of the other, and splits neither pairs nor ends of lines", () => {
  const source = numbers(7);
  for (let round = 0; round < 3_000; round += 1) {
    const before = randomText(source);
    const after = randomText(source);
    const wanted = replacementOf(before, after);
    assert.equal(replaced(before, wanted), after);
    for (const part of [before.slice(0, wanted.start), before.slice(wanted.end), wanted.text]) {
      assert.ok(part.isWellFormed(), JSON.stringify([before, after, wanted]));
    }
    assert.ok(!(before.slice(0, wanted.start).endsWith("\r") && before[wanted.start] === "\n"));
  }
});

test("it is the smallest", () => {
  assert.deepEqual(replacementOf("one two three", "one 2 three"), { start: 4, end: 7, text: "2" });
  assert.deepEqual(replacementOf("same", "same"), { start: 4, end: 4, text: "" });
});

test("what a person typed elsewhere stays", () => {
  const before = "first\nsecond\nthird\n";
  const wanted = replacementOf(before, "first\nSECOND\nthird\n");
  for (const [now, after] of [
    ["a new line\nfirst\nsecond\nthird\n", "a new line\nfirst\nSECOND\nthird\n"],
    ["first\nsecond\nthird\nand more\n", "first\nSECOND\nthird\nand more\n"],
    ["second\nthird\n", "SECOND\nthird\n"],
    [before, "first\nSECOND\nthird\n"],
  ] as const) {
    const moved = carryOver(wanted, before, now);
    assert.ok(moved, now);
    assert.equal(replaced(now, moved), after);
  }
});

test("what a person changed in the same place is not written over", () => {
  const before = "first\nsecond\nthird\n";
  const wanted = replacementOf(before, "first\nSECOND\nthird\n");
  assert.equal(carryOver(wanted, before, "first\nseXcond\nthird\n"), undefined);
  assert.equal(carryOver(wanted, before, ""), undefined);
});

test("ends of lines are those of the document", () => {
  assert.equal(withEndsOf("a\nb\r\nc", true), "a\r\nb\r\nc");
  assert.equal(withEndsOf("a\r\nb\n", false), "a\nb\n");
});
