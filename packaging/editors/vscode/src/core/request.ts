/** Command lines of the one-shot commands. */

import { modelWords, type CommandSettings } from "./command.ts";

/** Lines of a file, from 1 on, both ends included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** What a review looks at. */
export type ReviewScope = { readonly staged: true } | { readonly range: string };

/** `inhouse complete`, which answers lines until it is ended. */
export function completeWords(
  settings: CommandSettings,
  folder: string,
  symbols: boolean,
): string[] {
  return [
    ...["complete", "--cwd", folder, symbols ? "--symbols" : "--no-symbols"],
    ...modelWords(settings),
  ];
}

/** `inhouse edit`: the buffer comes on standard input, the lines are those to change. */
export function editWords(
  settings: CommandSettings,
  file: string,
  lines: Lines,
  instruction: string,
): string[] {
  const place = `${file}:${String(lines.first)}-${String(lines.last)}`;
  return ["edit", "--json", "--quiet", ...modelWords(settings), "--", place, instruction];
}

/** `inhouse explain`: the buffer comes on standard input. */
export function explainWords(settings: CommandSettings, file: string, lines: Lines): string[] {
  const { first, last } = lines;
  const span = first === last ? String(first) : `${String(first)}-${String(last)}`;
  return ["explain", ...modelWords(settings), "--", `${file}:${span}`];
}

/** `inhouse ask`: what the question is about may come on standard input. */
export function askWords(settings: CommandSettings, question: string): string[] {
  return ["ask", ...modelWords(settings), "--", question];
}

/** `inhouse review`, a line a finding. */
export function reviewWords(settings: CommandSettings, scope: ReviewScope): string[] {
  const words = ["review", "--json", ...modelWords(settings)];
  return "staged" in scope ? [...words, "--staged"] : [...words, "--", scope.range];
}

/** `inhouse commit`, which only writes the message. `about` is what it must mention. */
export function commitWords(
  settings: CommandSettings,
  everything: boolean,
  about: string,
): string[] {
  const words = ["commit", "--dry-run", "--json", ...modelWords(settings)];
  return [
    ...words,
    ...(everything ? ["--all"] : []),
    ...(about === "" ? [] : ["--about", about]),
  ];
}

/** The terminal UI. */
export function chatWords(settings: CommandSettings, resume: boolean): string[] {
  return [...(resume ? ["--continue"] : []), ...modelWords(settings)];
}
