/** Where the `inhouse` command is, and the words of its command lines. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** What a person has set about the command itself. */
export interface CommandSettings {
  readonly command: string;
  readonly model: string;
  readonly endpoint: string;
}

/** Where installers put commands that an editor started from a desktop does not see. */
const USUAL_FOLDERS = [".local/bin", "bin"].map((name) => join(homedir(), name));
const SYSTEM_FOLDERS = [join("/opt", "homebrew", "bin"), "/usr/local/bin", "/usr/bin"];

/**
 * The absolute path of the command, undefined when it is nowhere.
 *
 * Relative entries of PATH are passed over: they would name programs of the opened folder.
 */
export function findCommand(
  command: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const wanted = command.startsWith("~/") ? join(homedir(), command.slice(2)) : command;
  if (isAbsolute(wanted)) {
    return isProgram(wanted) ? wanted : undefined;
  }
  if (wanted === "" || wanted.includes("/") || wanted.includes("\\")) {
    return undefined;
  }
  const listed = (environment["PATH"] ?? "").split(delimiter);
  return [...listed, ...USUAL_FOLDERS, ...SYSTEM_FOLDERS]
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, wanted))
    .find((file) => isProgram(file));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The flags that choose who answers; `flag` is what the subcommand calls the model's. */
export function modelWords(settings: CommandSettings, flag = "--model"): string[] {
  const words: string[] = [];
  if (settings.model !== "") {
    words.push(flag, settings.model);
  }
  if (settings.endpoint !== "") {
    words.push("--endpoint", settings.endpoint);
  }
  return words;
}

/** What a person is told when the command is nowhere. */
export function absence(command: string): string {
  return (
    `The command "${command}" was not found. Install inhouse, or write its absolute path into ` +
    "the setting inhouse.command."
  );
}
