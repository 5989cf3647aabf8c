/** Lets tests import "vscode": node --import ./test/fake/register.mjs --test … */

import { registerHooks } from "node:module";

const fake = new URL("vscode.ts", import.meta.url).href;

registerHooks({
  resolve: (name, context, next) =>
    name === "vscode" ? { url: fake, shortCircuit: true } : next(name, context),
});
