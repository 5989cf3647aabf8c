import assert from "node:assert/strict";
import { test } from "node:test";
import { commandWord, messageOf } from "../../src/core/words.ts";

test("a message of somebody else holds no link and no control character", () => {
  const text = "Bad\n[click](command:workbench.action.terminal.new) \u001b[31mred";
  assert.equal(messageOf(text), "Bad [click] (command:workbench.action.terminal.new) [31mred");
});

test("a word of a command line has no NUL and an end", () => {
  assert.equal(commandWord("a\0b"), "ab");
  assert.equal(commandWord("x".repeat(1_000_000)).length, 100_000);
});
