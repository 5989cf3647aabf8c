/** What the one-shot commands write with `--json`, read with care. */

import { numberOf, readObject, textOf, type Fields } from "./lines.ts";

/** A problem that a review found; the line counts from 1. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly severity: string;
  readonly text: string;
}

/** The new text of `inhouse edit --json`, or why there is none. */
export type Edited = { readonly text: string } | { readonly problem: string };

/** What `inhouse edit --json` has written. */
export function readEdited(output: string): Edited {
  const fields = readObject(output);
  const error = fields === undefined ? "" : textOf(fields, "error");
  if (error !== "") {
    return { problem: error };
  }
  const text = fields?.["text"];
  return typeof text === "string"
    ? { text }
    : { problem: "inhouse edit wrote something that is no JSON object with a text." };
}

/** A line of `inhouse review --json`, undefined for what is no finding in a file below a folder. */
export function readFinding(fields: Fields): Finding | undefined {
  const path = textOf(fields, "path");
  if (textOf(fields, "type") !== "finding" || path === "" || !isBelow(path)) {
    return undefined;
  }
  return {
    path,
    line: Math.max(1, Math.trunc(numberOf(fields, "line"))),
    severity: textOf(fields, "severity"),
    text: textOf(fields, "text"),
  };
}

function isBelow(path: string): boolean {
  return !path.startsWith("/") && !path.split("/").includes("..");
}

/** The message of `inhouse commit --dry-run --json`, "" for none. */
export function readMessage(output: string): string {
  const fields = readObject(output);
  if (fields === undefined) {
    return "";
  }
  const parts = [textOf(fields, "subject"), textOf(fields, "body")];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The models of this machine, of the table that `inhouse models list` prints. */
export function readModels(table: string): { name: string; what: string }[] {
  const [head = "", ...rows] = table.split("\n");
  const here = head.indexOf("HERE");
  const what = head.indexOf("WHAT");
  const size = head.indexOf("SIZE");
  if (here < 0 || what < 0 || size < 0) {
    return [];
  }
  return rows
    .filter((row) => row.slice(here, what).trim() === "yes")
    .map((row) => ({ name: row.slice(0, size).trim(), what: row.slice(what).trim() }));
}
