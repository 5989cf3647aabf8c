/** Starts the extension in the fake editor, with the real command and a scripted server. */

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCommand } from "../../src/core/command.ts";
import { activate } from "../../src/extension.ts";
import { CancellationTokenSource, editor, type InlineCompletionItem, type TextDocument } from "../fake/vscode.ts";
import { startServer, type ScriptedServer } from "./server.ts";

/** The installed command; `npm test` needs one. */
export const COMMAND = findCommand(process.env["INHOUSE_COMMAND"] ?? "inhouse") ?? "";

export interface Started {
  readonly server: ScriptedServer;
  readonly folder: string;
  /** Ends what the extension has started. */
  stop(): Promise<void>;
}

/** A folder that is open in the editor, and the extension in it. */
export async function start(files: Record<string, string> = {}): Promise<Started> {
  if (COMMAND === "") {
    throw new Error("the command inhouse is not installed: set INHOUSE_COMMAND to its path");
  }
  const server = await startServer();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "inhouse-vscode-")));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  editor.folders = [folder];
  editor.settings.set("inhouse.command", COMMAND);
  editor.settings.set("inhouse.endpoint", server.url);
  editor.settings.set("inhouse.completion.debounce", 0);
  const subscriptions: { dispose(): unknown }[] = [];
  activate({ subscriptions } as unknown as Parameters<typeof activate>[0]);
  return {
    server,
    folder,
    stop: async () => {
      subscriptions.forEach((one) => one.dispose());
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Provider {
  provideInlineCompletionItems(
    document: TextDocument,
    position: unknown,
    context: unknown,
    token: unknown,
  ): Promise<InlineCompletionItem[]>;
}

/** Ask the extension for completions at the end of a document, as the editor does. */
export async function complete(
  document: TextDocument,
  context: object = { triggerKind: 1 },
  source = new CancellationTokenSource(),
): Promise<InlineCompletionItem[]> {
  const provider = editor.inline as Provider;
  return await provider.provideInlineCompletionItems(
    document,
    document.end,
    context,
    source.token,
  );
}

/** Wait until something is so; the event loop goes on meanwhile. */
export async function until(found: () => boolean): Promise<void> {
  while (!found()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
