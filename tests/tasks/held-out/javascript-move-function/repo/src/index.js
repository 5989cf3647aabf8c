// What the package offers.

export { agenda } from "./agenda.js";
export { describeBreak } from "./breaks.js";
export { parseWith } from "./plugins.js";
export * from "./time.js";
