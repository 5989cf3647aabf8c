import assert from "node:assert/strict";
import { test } from "node:test";
import { around, MOST_AFTER, MOST_BEFORE, neighbours, Recent } from "../../src/core/window.ts";

const LINES = Array.from({ length: 20_000 }, (_, number) => `line ${String(number)}\n`).join("");

test("a small text is sent whole", () => {
  assert.deepEqual(around("one\ntwo\n", 5), { prefix: "one\nt", suffix: "wo\n" });
});

test("a large text is cut at ends of lines, within its limits", () => {
  const { prefix, suffix } = around(LINES, 150_000);
  assert.ok(prefix.length <= MOST_BEFORE && prefix.length > MOST_BEFORE / 2);
  assert.ok(suffix.length <= MOST_AFTER && suffix.length > MOST_AFTER / 2);
  assert.match(prefix, /^line \d+\n/);
  assert.ok(suffix.endsWith("\n"));
  assert.equal(LINES.slice(150_000 - prefix.length, 150_000 + suffix.length), prefix + suffix);
});

test("the beginning stays in its place while a person types", () => {
  const starts = new Set<string>();
  for (let typed = 0; typed < 500; typed += 1) {
    starts.add(around(LINES, 150_000 + typed).prefix.slice(0, 40));
  }
  assert.equal(starts.size, 1);
});

test("a line without end is cut all the same", () => {
  const { prefix, suffix } = around("x".repeat(200_000), 100_000);
  assert.ok(prefix.length <= MOST_BEFORE && prefix.length > 0);
  assert.equal(suffix.length, MOST_AFTER);
});

test("neighbours stand from the oldest to the newest, within their room", () => {
  const recent = [
    { file: "new.py", text: "new\n" },
    { file: "empty.py", text: " \n" },
    { file: "old.py", text: "old\n" },
  ];
  assert.deepEqual(
    neighbours(recent).map((one) => one.file),
    ["old.py", "new.py"],
  );
  const many = Array.from({ length: 40 }, (_, number) => ({ file: String(number), text: LINES }));
  const chosen = neighbours(many);
  assert.ok(chosen.length > 1 && chosen.length <= 8);
  assert.equal(chosen.at(-1)?.file, "0");
  assert.ok(chosen.reduce((sum, one) => sum + one.text.length, 0) <= 24_000);
});

test("recent names come first, the newest before the others", () => {
  const recent = new Recent();
  ["a", "b", "c", "b", "d"].forEach((name) => {
    recent.use(name);
  });
  recent.forget("d");
  assert.deepEqual(recent.sort(["a", "b", "c", "d", "e"]), ["b", "c", "a", "d", "e"]);
});
