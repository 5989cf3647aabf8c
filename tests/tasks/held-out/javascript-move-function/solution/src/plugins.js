// Parsers by name, loaded when they are needed.

const PARSERS = {
  current: async () => (await import("./parse.js")).parseDuration,
  legacy: async () => (await import("./legacy.js")).parseDuration,
};

// Returns the seconds of a text as the named parser understands it.
export async function parseWith(name, text) {
  const parse = await PARSERS[name]();
  return parse(text);
}
