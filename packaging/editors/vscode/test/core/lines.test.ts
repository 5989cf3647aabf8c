import assert from "node:assert/strict";
import { test } from "node:test";
import { LineReader, type Fields } from "../../src/core/lines.ts";

function read(pieces: Buffer[], most?: number): { told: Fields[]; complaints: string[] } {
  const told: Fields[] = [];
  const complaints: string[] = [];
  const reader = new LineReader(
    (fields) => told.push(fields),
    (problem) => complaints.push(problem),
    most,
  );
  pieces.forEach((piece) => {
    reader.take(piece);
  });
  reader.end();
  return { told, complaints };
}

test("lines are read however their bytes are cut, also inside a character", () => {
  const bytes = Buffer.from('{"text":"für 🏠"}\n\n{"n":2}\n{"n":3}');
  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      pieces.push(bytes.subarray(at, at + size));
    }
    const { told, complaints } = read(pieces);
    assert.deepEqual(told, [{ text: "für 🏠" }, { n: 2 }, { n: 3 }]);
    assert.deepEqual(complaints, []);
  }
});

test("what is no object is complained of, and reading goes on", () => {
  const { told, complaints } = read([Buffer.from('nonsense\n[1]\n"x"\nnull\n{"n":1}\n')]);
  assert.deepEqual(told, [{ n: 1 }]);
  assert.equal(complaints.length, 4);
});

test("a line that is too long is passed over without being kept", () => {
  const long = Buffer.alloc(900, "x");
  const { told, complaints } = read([long, long, Buffer.from('\n{"n":1}\n')], 1000);
  assert.deepEqual(told, [{ n: 1 }]);
  assert.equal(complaints.length, 1);
});
