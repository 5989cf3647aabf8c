import assert from "node:assert";
import test from "node:test";
import { parseDuration } from "../src/parse.js";
import { formatTime } from "../src/time.js";

test("parses durations", () => {
  assert.strictEqual(parseDuration("1h 30m"), 5400);
  assert.strictEqual(parseDuration("45s"), 45);
});

test("formats times", () => {
  assert.strictEqual(formatTime(5400), "1:30");
});
